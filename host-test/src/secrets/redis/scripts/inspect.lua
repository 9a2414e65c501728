-- Everything, from one moment. KEYS: entries, index. ARGV: the key check that
-- the values are sealed under.
if redis.call('HGET', KEYS[1], ':key-check') ~= ARGV[1] then
  return redis.error_reply('REKEYED the key of the store was changed')
end
return { redis.call('HGETALL', KEYS[1]), redis.call('ZRANGE', KEYS[2], 0, -1) }
