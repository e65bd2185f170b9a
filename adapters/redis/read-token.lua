-- KEYS: grant, token, run. A token whose grant is gone does not count.
local time = now()
local payload = redis.call('GET', KEYS[2])
local grant = payload and read_grant(KEYS[1], time, present_run(KEYS[3], time))
if not grant then return nil end
return { grant, payload, redis.call('PEXPIRETIME', KEYS[2]) }
