-- Tells wrk what to send: the requests of a file in turn. Each stands behind its length and a line feed.
local requests, at = {}, 0

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  for size in file:lines() do
    requests[#requests + 1] = file:read(tonumber(size))
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"answered":%d,"failed":%d,"seconds":%f,"p50":%f,"p99":%f}\n',
    summary.requests, failed, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
