-- KEYS: artifact, events. ARGV: the account and the alias that it must have, '' for any; event id or '', event.
-- 1 when there was one.
local fields = redis.call('HMGET', KEYS[1], 'p', 'o', 'n')
if not fields[1] then return 0 end
if ARGV[1] ~= '' and ARGV[1] ~= fields[2] then return 0 end
if ARGV[2] ~= '' and ARGV[2] ~= fields[3] then return 0 end
if ARGV[3] ~= '' then keep_event(KEYS[2], ARGV[3], ARGV[4]) end
return redis.call('DEL', KEYS[1])
