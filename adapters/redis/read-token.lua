-- KEYS: grant, token. A token whose grant is gone does not count.
local payload = redis.call('GET', KEYS[2])
local grant = payload and read_grant(KEYS[1], now())
if not grant then return nil end
return { grant, payload, redis.call('PEXPIRETIME', KEYS[2]) }
