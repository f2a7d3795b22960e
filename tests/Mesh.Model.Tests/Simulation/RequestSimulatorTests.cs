using System.Text.Json.Nodes;
using Mesh.Model.Simulation;
using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Simulation;

/// <summary>What would happen to a request, and who is named for it.</summary>
public sealed class RequestSimulatorTests
{
    private const string Documents = """
        kind: Service
        metadata: {name: storefront}
        spec:
          ports: [{name: http, protocol: http, external: true}]
          uses: [payments, payments-next, db, stripe]
        ---
        kind: Service
        metadata: {name: payments}
        spec: {ports: [{name: http, protocol: http}]}
        ---
        kind: Service
        metadata: {name: payments-next}
        spec: {ports: [{name: http, protocol: http}]}
        ---
        kind: Service
        metadata: {name: db}
        spec: {ports: [{name: tcp, protocol: tcp}]}
        ---
        kind: Service
        metadata: {name: reports}
        spec: {ports: [{name: http, protocol: http}]}
        ---
        kind: ExternalService
        metadata: {name: stripe}
        spec: {ports: [{name: api, protocol: https, host: api.stripe.com, port: 443}]}
        ---
        kind: HttpRoute
        metadata: {name: payments}
        spec:
          to:
          - targetRef: {kind: Service, name: payments}
            rules:
            - name: old
              matches: [{path: {type: PathPrefix, value: /v1}}]
              default: {filters: [{type: RequestRedirect, requestRedirect: {statusCode: 301, path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}}}]}
            - name: beta
              matches: [{path: {type: PathPrefix, value: /charge}, headers: [{name: x-beta, value: "1"}]}]
              default: {backendRefs: [{name: payments-next}]}
            - name: charge
              matches: [{path: {type: PathPrefix, value: /charge}}]
              default: {backendRefs: [{name: payments, weight: 3}, {name: payments-next}, {name: nobody, weight: 0}]}
            - name: api
              matches: [{path: {type: PathPrefix, value: /api}}]
              default: {filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]}
        ---
        kind: TrafficPermission
        metadata: {name: payments}
        spec:
          targetRef: {kind: Service, name: payments}
          rules:
          - default:
              deny: [{service: storefront, methods: [DELETE]}, {service: storefront, paths: [{type: PathPrefix, value: /admin}]}]
              allow: [{service: reports, methods: [GET]}]
              allowWithShadowDeny: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/batch"}}]
        ---
        kind: Timeout
        metadata: {name: everything, namespace: mesh-system}
        spec: {to: [{targetRef: {kind: Mesh}, default: {request: 30s, connect: 3s}}]}
        ---
        kind: Timeout
        metadata: {name: payments}
        spec:
          to: [{targetRef: {kind: Service, name: payments}, default: {request: 10s}}]
        ---
        kind: Timeout
        metadata: {name: payments-inbound}
        spec:
          targetRef: {kind: Service, name: payments}
          rules: [{default: {request: 5s}}, {matches: [{service: storefront}], default: {request: 8s}}, {matches: [{service: reports}], default: {request: 1m}}]
        """;

    private static readonly TestMesh Shop = TestMesh.Empty.Yaml(Documents);

    [Theory]
    [InlineData("storefront", "payments", "POST /charge", "charge", "default/payments/http 75; default/payments-next/http 25")]
    [InlineData("storefront", "payments", "POST /charge x-beta=1", "beta", "default/payments-next/http 100")]
    [InlineData("storefront", "payments/http", "GET /v1/x", "payments/old", "")]
    [InlineData("storefront", "payments", "DELETE /charge", "charge", "default/payments/http 75 permission_denied; default/payments-next/http 25")]
    [InlineData("storefront", "payments", "GET /nowhere", "no_route", "")]
    [InlineData("storefront", "payments", "GET /api/orders", "api", "default/payments/http 100")]
    [InlineData("storefront", "payments", "GET /api/admin", "api", "default/payments/http 100 permission_denied")]
    [InlineData("storefront", "payments", "GET /api/ADMIN/", "api", "default/payments/http 100 permission_denied")]
    [InlineData("storefront", "payments", "GET /charge/../admin", "ambiguous_path", "")]
    [InlineData("storefront", "payments", "GET /charge%2fadmin", "ambiguous_path", "")]
    [InlineData("storefront", "payments", "TRACE /charge", "bad_request", "")]
    [InlineData("storefront", "db", "GET /", "", "default/db/tcp 100")]
    [InlineData("storefront", "stripe", "POST /v1/charges", "default", "default/stripe/api 100")]
    [InlineData("storefront", "reports", "GET /", "no_edge", "")]
    [InlineData("reports", "payments", "GET /charge", "no_edge", "")]
    [InlineData("developer", "payments", "GET /charge", "", "default/payments/http 100")]
    [InlineData("spiffe://shop.local/ns/batch/sa/nightly", "payments", "GET /charge", "", "default/payments/http 100 shadow")]
    [InlineData("spiffe://shop.local/ns/else/sa/nightly", "payments", "GET /charge", "", "default/payments/http 100 permission_denied")]
    public void Explain_Request_SaysWhatHappens(string caller, string callee, string request, string decision, string backends)
    {
        var explained = Explain(caller, callee, request);

        Assert.EndsWith(decision, explained.Route ?? explained.Error ?? "", StringComparison.Ordinal);
        Assert.Equal(backends, string.Join("; ", explained.Backends.Select(b => $"{b.Cluster} {b.Percent}{(b.Error is null ? "" : $" {b.Error}")}{(b.IsShadowDenied ? " shadow" : "")}")));
    }

    [Fact]
    public void Explain_Decision_NamesPolicyAndLineAndWhoLost()
    {
        var explained = Explain("storefront", "payments", "GET /api/admin");

        var route = Assert.Single(explained.Steps, s => s.Topic == "route");
        Assert.Equal("HttpRoute default/payments to[0].rules[3] (test.yaml:42)", route.Origin.ToString());
        Assert.Equal(4, route.Details.Length);
        Assert.Contains(route.Details, d => d.Text.Contains("/v1/* (the path is not /v1/*)", StringComparison.Ordinal) && d.Verdict == DetailVerdict.DoesNotMatch);
        var timeout = Assert.Single(explained.Steps, s => s.Topic == "timeout.request");
        Assert.Equal("10s", timeout.Decision);
        Assert.Equal(("30s", "Timeout mesh-system/everything to[0] (test.yaml:58)"), (timeout.Details[0].Text, timeout.Details[0].Origin.ToString()));
        var permission = Assert.Single(explained.Backends[0].Steps, s => s.Topic == "permission");
        Assert.True(permission.IsEnd);
        Assert.Equal("TrafficPermission default/payments rules[0].default.deny[1] (test.yaml:52)", permission.Origin.ToString());
        Assert.Contains(permission.Details, d => d.Verdict == DetailVerdict.Overruled && d.Origin.Kind == "Edge");
    }

    [Fact]
    public void Explain_RuleWithBoundsOfItsOwn_SaysTheseAndWhomTheyOverrule()
    {
        var explained = Ask("- {name: own, default: {timeouts: {request: 2s, backendRequest: 1s}, retry: {attempts: 4, codes: [503]}}}");

        var timeout = Assert.Single(explained.Steps, s => s.Topic == "timeout.request");
        Assert.Equal(("2s", "HttpRoute", "10s"), (timeout.Decision, timeout.Origin.Kind, timeout.Details[0].Text));
        Assert.Equal(("4", "1s"), (Decision(explained, "retry.http.numRetries"), Decision(explained, "retry.http.perTryTimeout")));
    }

    [Theory]
    [InlineData("POST /a", "to the backend")]
    [InlineData("OPTIONS /a origin=https://a.example access-control-request-method=PUT", "204")]
    [InlineData("OPTIONS /a origin=https://a.example access-control-request-method=POST", "to the backend")]
    [InlineData("OPTIONS /a origin=https://a.example", "to the backend")]
    public void Explain_PreflightOfARuleWithCors_IsAnsweredByTheSidecar(string request, string expected)
    {
        var explained = Ask("- {name: put, matches: [{method: PUT, headers: [{name: x, value: y}]}], default: {filters: [{type: CORS, cors: {allowOrigins: ['*']}}]}}\n- {name: rest}", request);

        Assert.Equal(expected, explained.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? (explained.Backends.Length == 1 ? "to the backend" : ""));
    }

    [Theory]
    [InlineData("GET /admin/x", "default/payments/http 25 permission_denied; default/payments-next/http 100")]
    [InlineData("GET /x", "default/payments/http 25; default/payments-next/http 100")]
    [InlineData("GET /x mesh-mirror=rule", "")]
    public void Explain_Mirrors_FollowsCopiesToTheirEnd(string request, string expected)
    {
        var explained = Ask(
            "- {name: copied, default: {backendRefs: [{name: payments-next}], filters: [{type: RequestMirror, requestMirror: {backendRef: {name: payments}, percent: 25}}, {type: RequestMirror, requestMirror: {backendRef: {name: payments-next}}}]}}", request);

        Assert.Equal(expected, string.Join("; ", explained.Copies.Select(c => $"{c.Cluster} {c.Percent}{(c.Error is null ? "" : $" {c.Error}")}")));
    }

    [Theory]
    [InlineData("GET /reports/x", "reports")]
    [InlineData("GET /x", "default")]
    [InlineData("GET /a%2fb", "ambiguous_path")]
    public void Explain_RateLimit_NamesTheLimitThatCounts(string request, string expected)
    {
        var backend = Ask("- {name: all}", request, """
            ---
            kind: RateLimit
            metadata: {name: payments-next}
            spec:
              targetRef: {kind: Service, name: payments-next}
              rules:
              - default: {http: {requestRate: {num: 9, interval: 1s}, routes: [{name: reports, matches: [{path: {type: PathPrefix, value: /reports}}], requestRate: {num: 2, interval: 1s}}]}}
            """, "payments-next").Backends[0];

        Assert.Equal(expected, backend.Error ?? backend.Limit);
        Assert.Equal(backend.Error is null, backend.Steps.Any(s => s.Topic == "rateLimit" && s.Origin.Kind == "RateLimit"));
    }

    [Theory]
    [InlineData("storefront", "8s for spiffe://shop.local/ns/default/sa/storefront")]
    [InlineData("spiffe://shop.local/ns/batch/sa/nightly", "5s")]
    public void Explain_SettingForSomeCallers_IsHeardBeforeThatForEverybody(string caller, string expected)
    {
        var steps = Explain(caller, "payments", "GET /charge").Backends[0].Steps;

        Assert.Equal(expected, Assert.Single(steps, s => s.Topic == "timeout.request" && s.Sidecar == "default/payments").Decision);
    }

    [Theory]
    [InlineData("nobody", "payments", "caller: is default/nobody, which is no service")]
    [InlineData("storefront", "paymants", "callee: is default/paymants, which is no service; did you mean default/payments?")]
    [InlineData("storefront", "payments/grpc", "callee: names port \"grpc\", and default/payments has http")]
    [InlineData("developer", "stripe", "caller: is no service, and default/stripe is outside the mesh")]
    [InlineData("", "payments", "caller: is missing")]
    [InlineData("storefront", "a b", "callee: must be service, service/port or namespace/service/port but is \"a b\"")]
    public void Read_RequestThatNamesNothing_SaysSo(string caller, string callee, string expected)
    {
        SimulatedRequestReader.Read(new JsonObject { ["caller"] = caller, ["callee"] = callee }, Shop.Topology, out var violations);

        Assert.StartsWith(expected, Assert.Single(violations).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_Fault_IsNamedWithWhoAskedForIt()
    {
        var fault = new FaultRule
        {
            Id = "f1",
            By = "tester",
            Upstream = Request("storefront", "payments", "GET /charge").Callee,
            EndsAt = DateTimeOffset.UnixEpoch,
            Matches = [new RouteMatch { Method = "GET" }],
            Effects = new FaultEffects { Abort = new FaultAbort { HttpStatus = 503, Percent = 25 } },
        };
        var mesh = Shop.Compile();

        var hit = RequestSimulator.Explain(mesh, Request("storefront", "payments", "GET /charge"), [fault]);
        var missed = RequestSimulator.Explain(mesh, Request("storefront", "payments", "POST /charge"), [fault]);

        var step = Assert.Single(hit.Steps, s => s.Topic == "fault");
        Assert.Equal(("25 % are answered with 503", "Fault f1 (tester)"), (step.Decision, step.Origin.ToString()));
        Assert.DoesNotContain(missed.Steps, s => s.Topic == "fault");
    }

    [Theory]
    [InlineData("storefront", "GET /", null, "external: nothing denies it")]
    [InlineData("reports", "GET /", "permission_denied", "strict: nobody comes in without an identity")]
    [InlineData("quotes", "GET /", null, "permissive: callers in plain text come in, without an identity by Tls default/quotes rules[0] (test.yaml:9)")]
    [InlineData("quotes", "POST /", "permission_denied", "refused: no rule allows it")]
    public void Explain_CallerWithoutAnIdentity_ComesInWhereThePortIsOpenToHim(string callee, string request, string? error, string says)
    {
        var mesh = Shop.Yaml("""
            kind: Service
            metadata: {name: quotes}
            spec: {ports: [{name: http, protocol: http}]}
            ---
            kind: Tls
            metadata: {name: quotes}
            spec:
              targetRef: {kind: Service, name: quotes}
              rules: [{default: {mode: Permissive}}]
            ---
            kind: TrafficPermission
            metadata: {name: quotes}
            spec: {targetRef: {kind: Service, name: quotes}, rules: [{default: {allow: [{anyone: true, methods: [GET]}]}}]}
            """);
        var parts = request.Split(' ');
        var read = SimulatedRequestReader.Read(new JsonObject { ["caller"] = "anyone", ["callee"] = callee, ["method"] = parts[0], ["path"] = parts[1] }, mesh.Topology, out var violations);

        Assert.Empty(violations);
        var backend = Assert.Single(RequestSimulator.Explain(mesh.Compile(), read).Backends);
        Assert.Equal(error, backend.Error);
        Assert.Contains(backend.Steps, s => $"{s.Decision} by {s.Origin}".Contains(says, StringComparison.Ordinal));
    }

    // With one more route, for payments unless said otherwise.
    private static RequestExplanation Ask(string rules, string request = "GET /", string more = "", string callee = "payments") => RequestSimulator.Explain(
        Shop.Yaml($$"""
            kind: HttpRoute
            metadata: {name: more}
            spec:
              to:
              - targetRef: {kind: Service, name: {{callee}}}
                rules:
            {{string.Join('\n', rules.Split('\n').Select(line => "    " + line))}}
            {{more}}
            """).Compile(),
        Request("storefront", callee, request));

    private static string Decision(RequestExplanation explained, string topic) => Assert.Single(explained.Steps, s => s.Topic == topic).Decision;

    private static RequestExplanation Explain(string caller, string callee, string request) => RequestSimulator.Explain(Shop.Compile(), Request(caller, callee, request));

    private static SimulatedRequest Request(string caller, string callee, string request)
    {
        var parts = request.Split(' ');
        var headers = new JsonObject();
        foreach (var header in parts.Skip(2).Select(h => h.Split('=')))
        {
            headers[header[0]] = header[1];
        }

        var read = SimulatedRequestReader.Read(
            new JsonObject { ["caller"] = caller, ["callee"] = callee, ["method"] = parts[0], ["path"] = parts[1], ["headers"] = headers }, Shop.Topology, out var violations);
        Assert.Empty(violations);
        return read;
    }
}
