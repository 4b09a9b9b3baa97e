import { questionQuery, type Plan } from './plan.ts';
import { spelled } from './spelled.ts';

/** The action that the configuration of HAProxy loads: one question a request, without its body. */
export function renderHaproxyLua(plan: Plan): string {
  const { server, service, identityHeaders, routes } = plan;
  const copied = ['Authorization', 'Cookie', 'X-Request-Id', ...identityHeaders.map(spelled)];
  const switching = routes.filter(({ allowWebsockets }) => allowWebsockets).map(({ name }) => name);
  return `-- Printed by "countersign render haproxy-lua", for the configuration that "countersign render haproxy" prints.

local ENDPOINT = "http://${server.host}:${server.port}/auth/forward${questionQuery(plan)}"
local SERVICE = "${service.authority}"

-- In place of what the client sent. Authorization and Cookie: never a token or a session of ours; what Countersign
-- gives back is somebody else's, or nothing.
local COPIED = { ${copied.map((name) => `"${name}"`).join(', ')} }

-- Of the connection to the client, or of its body.
local NOT_ASKED = {}
for _, name in ipairs({ "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te",
    "trailer", "transfer-encoding", "upgrade" }) do
    NOT_ASKED[name] = true
end

-- Routes that allow WebSocket.
local SWITCHING = { ${switching.map((name) => `["${name}"] = true`).join(', ')} }

${ACTION}`;
}

const ACTION = `local function answer(txn, status, headers, body)
    local reply = txn:reply({ status = status, body = body })
    for _, name in ipairs({ "www-authenticate", "content-type", "retry-after", "x-request-id", "location", "set-cookie" }) do
        for _, value in pairs(headers[name] or {}) do
            reply:add_header(name, value)
        end
    end
    reply:add_header("cache-control", "no-store")
    txn:done(reply)
end

core.register_action("countersign", { "http-req" }, function(txn)
    local headers = {}
    for name, values in pairs(txn.http:req_get_headers()) do
        if not NOT_ASKED[name] then
            headers[name] = {}
            for index = 0, #values do
                headers[name][index + 1] = values[index]
            end
        end
    end
    headers["host"] = { SERVICE }
    headers["x-forwarded-method"] = { txn.sf:method() }
    headers["x-forwarded-host"] = { txn:get_var("txn.countersign_site") }
    -- The path as the client wrote it: it goes on like that.
    headers["x-forwarded-uri"] = { txn.sf:pathq() }

    local answered = core.httpclient():get({ url = ENDPOINT, headers = headers, timeout = 5000 })
    if answered == nil or answered.status ~= 200 then
        local status = answered and answered.status or 0
        -- A redirect leads to sign-in.
        if status < 400 and status ~= 302 then
            status = 503
        end
        return answer(txn, status, answered and answered.headers or {}, answered and answered.body or "")
    end

    for _, name in ipairs(COPIED) do
        local values = answered.headers[string.lower(name)]
        local value = values and values[0] or ""
        txn.http:req_del_header(name)
        if value ~= "" then
            txn.http:req_add_header(name, value)
        end
    end
    txn.http:req_del_header("X-Pomerium-Authorization")
    local route = answered.headers["x-countersign-route"][0]
    txn:set_var("txn.countersign_route", route)
    txn:set_var("txn.countersign_upgrade", SWITCHING[route] == true)
end, 0)
`;
