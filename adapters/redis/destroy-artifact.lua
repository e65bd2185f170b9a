-- KEYS: artifact, events, endings. ARGV: the account and the alias that it must have, '' for any; event id or '',
-- event, model. 1 when there was one.
local fields = redis.call('HMGET', KEYS[1], 'p', 'o', 'n')
if not fields[1] then return 0 end
if ARGV[1] ~= '' and ARGV[1] ~= fields[2] then return 0 end
if ARGV[2] ~= '' and ARGV[2] ~= fields[3] then return 0 end
if ARGV[3] ~= '' then
  keep_event(KEYS[2], ARGV[3], ARGV[4])
  keep_ending(KEYS[3], ARGV[3], ARGV[4], ARGV[5], fields[1])
end
return redis.call('DEL', KEYS[1])
