-- KEYS: grant.
return read_grant(KEYS[1], now())
