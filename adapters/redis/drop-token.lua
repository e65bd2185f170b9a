-- KEYS: grant, events, token. ARGV: event id, event. A token whose grant is gone does not count.
if redis.call('DEL', KEYS[3]) == 1 and redis.call('EXISTS', KEYS[1]) == 1 then
  keep_event(KEYS[2], ARGV[1], ARGV[2])
end
