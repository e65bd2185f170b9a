-- KEYS: artifact, run.
if not living_artifact(KEYS[1], KEYS[2]) then return nil end
local fields = redis.call('HMGET', KEYS[1], 'p', 'c', 'n')
return { now(), redis.call('PEXPIRETIME', KEYS[1]), fields[1], fields[2], fields[3] }
