-- KEYS: run.
return present_run(KEYS[1], now())
