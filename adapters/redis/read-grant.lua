-- KEYS: grant, run.
local time = now()
return read_grant(KEYS[1], time, present_run(KEYS[2], time))
