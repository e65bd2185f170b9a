-- KEYS: the sets that it may be in. ARGV: entry.
for _, set in ipairs(KEYS) do
  if redis.call('ZREM', set, ARGV[1]) == 1 then return end
end
