-- Ends a turn. KEYS: turn, what is put aside. ARGV: whose turn it is.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1], KEYS[2])
end
