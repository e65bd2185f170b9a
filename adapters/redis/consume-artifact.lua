-- KEYS: artifact, run. One caller gets 1.
if not living_artifact(KEYS[1], KEYS[2]) then return 0 end
return redis.call('HSETNX', KEYS[1], 'c', integer(now()))
