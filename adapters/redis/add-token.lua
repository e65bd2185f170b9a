-- KEYS: grant, events, dropped events, token. ARGV: event id, event, bound, payload, life.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
set_until(KEYS[4], ARGV[4], now() + ARGV[5])
keep_event_below(ARGV[3], KEYS[2], KEYS[3], ARGV[1], ARGV[2])
return 1
