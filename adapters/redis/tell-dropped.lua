-- KEYS: events, dropped events. ARGV: event id, event. The event gets the number, which begins anew.
local count = redis.call('GETDEL', KEYS[2])
if count then redis.call('XADD', KEYS[1], '*', 'i', ARGV[1], 'e', ARGV[2], 'n', count) end
