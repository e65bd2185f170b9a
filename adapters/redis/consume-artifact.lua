-- KEYS: artifact. One caller gets 1.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HSETNX', KEYS[1], 'c', integer(now()))
