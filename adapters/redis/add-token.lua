-- KEYS: grant, token. ARGV: payload, life.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
set_until(KEYS[2], ARGV[1], now() + ARGV[2])
return 1
