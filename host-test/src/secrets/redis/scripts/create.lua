-- Makes a store where there is none. KEYS: entries, index. ARGV: format, name
-- of the store, key check.
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], ':format', ARGV[1], ':store', ARGV[2], ':key-check', ARGV[3])
end
