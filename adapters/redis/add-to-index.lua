-- KEYS: the sets that it may be in. ARGV: entry, life, how many entries fill a set. An entry is written before what it
-- points to, hence it must outlive that, also when the server was stopped in between. A later call may lengthen an
-- entry's life, never shorten it. It stays where it is; a new one goes into the first set with room, or else into the last.
local time = now()
local margin = 60 * 1000
local chosen
for _, set in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', set, '-inf', integer(time))
  if redis.call('ZSCORE', set, ARGV[1]) then
    chosen = set
    break
  end
  if not chosen and redis.call('ZCARD', set) < tonumber(ARGV[3]) then chosen = set end
end
chosen = chosen or KEYS[#KEYS]
redis.call('ZADD', chosen, 'GT', integer(time + margin + ARGV[2]), ARGV[1])
local last = redis.call('ZRANGE', chosen, -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', chosen, integer(tonumber(last[2])))
