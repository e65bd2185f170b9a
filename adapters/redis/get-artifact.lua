-- KEYS: artifact.
local fields = redis.call('HMGET', KEYS[1], 'p', 'c', 'n')
if not fields[1] then return nil end
return { now(), redis.call('PEXPIRETIME', KEYS[1]), fields[1], fields[2], fields[3] }
