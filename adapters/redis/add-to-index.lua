-- KEYS: set. ARGV: entry, life. An entry is written before what it points to, hence it must outlive that, also
-- when the server was stopped in between. A later call may lengthen an entry's life, never shorten it.
local time = now()
local margin = 60 * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', integer(time))
redis.call('ZADD', KEYS[1], 'GT', integer(time + margin + ARGV[2]), ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], integer(tonumber(last[2])))
