-- Stands before every script that changes entries: while the key is changed, and
-- under another one, it does nothing. KEYS: entries, index, turn. ARGV: the key
-- check that the caller goes by.
if redis.call('EXISTS', KEYS[3]) == 1 then
  return redis.error_reply('REKEYING the key of the store is being changed')
end
if redis.call('HGET', KEYS[1], ':key-check') ~= ARGV[1] then
  return redis.error_reply('REKEYED the key of the store was changed')
end
