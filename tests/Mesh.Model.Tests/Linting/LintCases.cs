namespace Mesh.Model.Tests.Linting;

/// <summary>For every lint rule documents in which it finds something, and the same with the mistake mended.</summary>
internal static class LintCases
{
    /// <summary>What all of them stand beside.</summary>
    public const string Shop = """
        kind: Service
        metadata: {name: storefront}
        spec: {ports: [{name: http, protocol: http, external: true}], uses: [payments, db, quotes, stripe]}
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
        metadata: {name: quotes}
        spec: {ports: [{name: grpc, protocol: grpc}]}
        ---
        kind: Service
        metadata: {name: reports}
        spec: {ports: [{name: http, protocol: http}]}
        ---
        kind: ExternalService
        metadata: {name: stripe}
        spec: {ports: [{name: api, protocol: https, host: api.stripe.com, port: 443}]}
        """;

    /// <summary>Id, documents with the mistake, documents without.</summary>
    public static IReadOnlyList<(string Id, string Red, string Green)> All { get; } =
    [
        ("MESH101", Uses("nobody"), Uses("payments")),
        ("MESH102", Uses("payments/grpc"), Uses("payments/http")),
        ("MESH103", "kind: Service\nmetadata: {name: mute}\nspec: {}\n---\n" + Uses("mute"), Uses("payments")),
        ("MESH104", Timeout("t", "{request: 1s}", target: "{kind: Service, labels: {tier: none}}"), Timeout("t", "{request: 1s}")),
        ("MESH105", Inbound("{kind: Service, name: payments, namespace: default}", "other"), Inbound("{kind: Service, name: payments}")),
        ("MESH106", Timeout("t", "{request: 1s}", to: "{kind: Service, name: paymants}"), Timeout("t", "{request: 1s}")),
        ("MESH107", Timeout("t", "{request: 1s}", to: "{kind: Service, name: payments, sectionName: grpc}"), Timeout("t", "{request: 1s}", to: "{kind: Service, name: payments, sectionName: http}")),
        ("MESH108", Permission("deny: [{service: storefront}]", "stripe"), Permission("deny: [{service: storefront}]", "payments")),
        ("MESH109", Permission("allow: [{service: nobody}]"), Permission("allow: [{service: reports}]")),
        ("MESH110", Permission("""allow: [{spiffeId: {type: Exact, value: "spiffe://elsewhere/ns/a/sa/b"}}]"""), Permission("""allow: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/batch"}}]""")),
        ("MESH111", Route("[{default: {backendRefs: [{name: db}]}}]", "db"), Route("[{default: {backendRefs: [{name: payments}]}}]")),
        ("MESH112", Route("[{default: {backendRefs: [{name: payments}, {name: nobody}]}}]"), Route("[{default: {backendRefs: [{name: payments}]}}]")),
        ("MESH113", Route("[{default: {backendRefs: [{name: payments-next}]}}]"), Route("[{default: {backendRefs: [{name: payments-next}]}}]") + "---\n" + Permission("allow: [{service: storefront}]", "payments-next")),
        ("MESH114", "kind: ExternalService\nmetadata: {name: payments}\nspec: {ports: [{name: api, protocol: https, host: pay.example.com, port: 443}]}", External("https", "pay.example.com", 443)),
        ("MESH116", Route("[{name: all}]", "quotes") + "---\n" + GrpcRoute("quotes"), Route("[{name: all}]") + "---\n" + GrpcRoute("quotes")),
        ("MESH117", Breaker("{maxRequests: 5}"), Breaker("{maxConnections: 5}")),
        ("MESH120", Route("[{default: {backendRefs: [{name: payments, weight: 50}]}}]"), Route("[{default: {backendRefs: [{name: payments, weight: 50}, {name: payments-next, weight: 50}]}}]")),
        ("MESH121", Route("[{default: {backendRefs: [{name: payments, weight: 0}]}}]"), Route("[{default: {backendRefs: [{name: payments, weight: 1}, {name: payments-next, weight: 0}]}}]")),
        ("MESH122", Route("[{default: {backendRefs: [{name: payments}, {name: payments}]}}]"), Route("[{default: {backendRefs: [{name: payments}, {name: payments-next}]}}]")),
        ("MESH123", Route("[{matches: [{path: {type: PathPrefix, value: /a}}]}, {matches: [{path: {type: PathPrefix, value: /a/}}]}]"), Route("[{matches: [{path: {type: PathPrefix, value: /a}}]}, {matches: [{path: {type: Exact, value: /a}}]}]")),
        ("MESH124", Route("[{matches: [{headers: [{name: x, type: Present}]}]}, {matches: [{headers: [{name: x, value: '1'}]}]}]"), Route("[{matches: [{headers: [{name: x, value: '1'}]}]}, {matches: [{headers: [{name: x, type: Present}]}]}]")),
        ("MESH125", Route("[{default: {backendRefs: [{name: payments}]}}]") + "---\n" + Route("[{default: {backendRefs: [{name: payments-next}]}}]", name: "second"), Route("[{default: {backendRefs: [{name: payments}]}}]") + "---\n" + Route("[{matches: [{method: PUT}], default: {backendRefs: [{name: payments-next}]}}]", name: "second")),
        ("MESH126", Route("[{matches: [{path: {type: PathPrefix, value: /a}}]}]"), Route("[{matches: [{path: {type: PathPrefix, value: /a}}]}, {name: rest}]")),
        ("MESH127", Route("[{matches: [{path: {type: PathPrefix, value: /a/*}}]}]"), Route("[{matches: [{path: {type: RegularExpression, value: /a/.*}}]}]")),
        ("MESH129", Route("[{matches: [{path: {type: Exact, value: /a%20b}}]}]"), Route("[{matches: [{path: {type: Exact, value: /a b}}]}]")),
        ("MESH130", Route("[{matches: [{path: {type: RegularExpression, value: /orders}}]}]"), Route("[{matches: [{path: {type: RegularExpression, value: '/orders/[0-9]+'}}]}]")),
        ("MESH131", Redirect("/v1", "/v1/new"), Redirect("/v1", "/v2")),
        ("MESH132", Headers("set: [{name: x, value: '1'}], remove: [X]"), Headers("set: [{name: x, value: '1'}], remove: [y]")),
        ("MESH140", Permission("deny: [{service: reports}], allow: [{service: reports, methods: [GET]}]"), Permission("deny: [{service: reports, methods: [DELETE]}], allow: [{service: reports, methods: [GET]}]")),
        ("MESH141", Permission("deny: [{service: storefront}]"), Permission("deny: [{service: storefront, methods: [DELETE]}]")),
        ("MESH142", Permission("allow: [{service: storefront, methods: [GET]}]"), Permission("allow: [{service: reports, methods: [GET]}]")),
        ("MESH143", Permission("allow: [{service: storefront}]"), Permission("allow: [{service: reports}]")),
        ("MESH144", Permission("allowWithShadowDeny: [{service: storefront}], deny: [{service: storefront}]"), Permission("allowWithShadowDeny: [{service: storefront}], deny: [{service: storefront, methods: [PUT]}]")),
        ("MESH145", Permission("allow: [{service: reports}]"), Permission("allow: [{service: storefront}]", "payments-next") + "---\n" + Route("[{default: {backendRefs: [{name: payments-next}]}}]")),
        ("MESH146", Permission("deny: [{service: reports}]"), Permission("deny: [{service: storefront}]")),
        ("MESH147", Permission("deny: [{service: storefront, methods: [GET]}]", "db"), Permission("deny: [{service: storefront}]", "db")),
        ("MESH148", Permission("""allow: [{spiffeId: {type: Prefix, value: "spiffe://shop.local"}}]"""), Permission("""allow: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/batch"}}]""")),
        ("MESH149", Permission("allow: [{service: reports, methods: [GET, TRACE]}]"), Permission("allow: [{service: reports, methods: [GET]}]")),
        ("MESH150", Tokens(""), Tokens("audiences: [payments], ")),
        ("MESH160", Retry("{http: {perTryTimeout: 2s}}") + "---\n" + Timeout("t", "{request: 2s}"), Retry("{http: {perTryTimeout: 500ms}}") + "---\n" + Timeout("t", "{request: 2s}")),
        ("MESH161", Retry("{http: {numRetries: 3, perTryTimeout: 1s}}") + "---\n" + Timeout("t", "{request: 2s}"), Retry("{http: {numRetries: 1, perTryTimeout: 1s}}") + "---\n" + Timeout("t", "{request: 2s}")),
        ("MESH162", Retry("{budget: {percent: 0, minPerSecond: 0}}"), Retry("{budget: {percent: 0, minPerSecond: 1}}")),
        ("MESH163", Retry("{http: {numRetries: 3, retryOn: []}}"), Retry("{http: {numRetries: 3, retryOn: [Reset]}}")),
        ("MESH164", Retry("{http: {numRetries: 0, retryOn: [Reset]}}"), Retry("{http: {numRetries: 1, retryOn: [Reset]}}")),
        ("MESH165", Timeout("t", "{request: 2s}"), Timeout("t", "{request: 2s, connect: 500ms}")),
        ("MESH166", Timeout("t", "{request: 20s}") + "---\n" + Inbound("{kind: Service, name: payments}"), Timeout("t", "{request: 5s}") + "---\n" + Inbound("{kind: Service, name: payments}")),
        ("MESH170", Timeout("t", "{request: 1s}", to: "{kind: Service, name: reports}"), Timeout("t", "{request: 1s}")),
        ("MESH171", Timeout("t", "{request: 1s}") + "---\n" + Timeout("u", "{request: 2s}", target: "{kind: Service, name: storefront}"), Timeout("t", "{request: 1s, idle: 1m}") + "---\n" + Timeout("u", "{request: 2s}", target: "{kind: Service, name: storefront}")),
        ("MESH172", Timeout("t", "{request: 1s, idle: 1m}") + "---\n" + Timeout("s", "{request: 2s}"), Timeout("t", "{request: 1s, idle: 1m}") + "---\n" + Timeout("s", "{connect: 2s}")),
        ("MESH173", TimeoutTwice("{kind: Service, name: payments}"), TimeoutTwice("{kind: Service, name: quotes}")),
        ("MESH174", Retry("{http: {numRetries: 1}}", "quotes"), Retry("{grpc: {numRetries: 1}}", "quotes")),
        ("MESH175", Timeout("t", "{request: 1s}", to: "{kind: Service, name: db}"), Timeout("t", "{connect: 1s}", to: "{kind: Service, name: db}")),
        ("MESH180", Balancing("{hashPolicies: [{type: Source}]}"), Balancing("{type: RingHash, hashPolicies: [{type: Source}]}")),
        ("MESH181", Balancing("{type: Maglev}"), Balancing("{type: Maglev, hashPolicies: [{type: Source}]}")),
        ("MESH185", Tls("{tlsVersion: {max: TLS12}}"), Tls("{tlsVersion: {min: TLS12, max: TLS12}}")),
        ("MESH186", Tls("{tlsVersion: {min: TLS12}, tlsCiphers: [ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256]}"), Tls("{tlsVersion: {min: TLS12}, tlsCiphers: [ECDHE-ECDSA-AES128-GCM-SHA256]}")),
        ("MESH187", Tls("{mode: Permissive}") + "---\n" + Permission("allow: [{anyone: true}]"), Tls("{mode: Strict}")),
        ("MESH188", Tls("{mode: Permissive}"), Tls("{mode: Permissive}") + "---\n" + Permission("allow: [{anyone: true, methods: [GET]}]")),
        ("MESH189", Tls("{mode: Permissive}", "storefront"), Tls("{mode: Permissive}")),
        ("MESH191", Uses("payments, payments/http"), Uses("payments/http, quotes")),
        ("MESH192", External("http", "pay.example.com", 443), External("https", "pay.example.com", 443)),
        ("MESH193", External("http", "localhost", 8080), External("http", "pay.example.com", 8080)),
        ("MESH194", External("http", "payments", 8080), External("http", "pay.example.com", 8080)),
        ("MESH195", "kind: Service\nmetadata: {name: odd, labels: {mesh.dev/effect: shadow}}\nspec: {ports: [{name: http, protocol: http}]}", "kind: Service\nmetadata: {name: odd, labels: {tier: web}}\nspec: {ports: [{name: http, protocol: http}]}"),
        ("MESH196", Telemetry("{tracing: {disabled: true}, tags: [{name: a, literal: b}]}"), Telemetry("{tracing: {disabled: true}, tags: [{name: a, literal: b, metrics: true}]}")),
        ("MESH197", Telemetry("{metrics: {disabled: true, durationBuckets: [1]}}"), Telemetry("{metrics: {disabled: false, durationBuckets: [1]}}")),
        ("MESH198", Telemetry("{tracing: {ignoreParent: true}}"), Telemetry("{tracing: {ignoreParent: true, sampling: 10}}")),
    ];

    private static string Uses(string uses) => $"kind: Service\nmetadata: {{name: job}}\nspec: {{uses: [{uses}]}}";

    private static string Timeout(string name, string settings, string to = "{kind: Service, name: payments}", string target = "{kind: Mesh}") =>
        $"kind: Timeout\nmetadata: {{name: {name}}}\nspec: {{targetRef: {target}, to: [{{targetRef: {to}, default: {settings} }}]}}\n";

    private static string TimeoutTwice(string second) =>
        $"kind: Timeout\nmetadata: {{name: twice}}\nspec: {{to: [{{targetRef: {{kind: Service, name: payments}}, default: {{request: 9s}} }}, {{targetRef: {second}, default: {{request: 8s}} }}]}}\n";

    private static string Inbound(string target, string space = "default") =>
        $"kind: Timeout\nmetadata: {{name: inbound, namespace: {space}}}\nspec: {{targetRef: {target}, rules: [{{default: {{request: 10s}} }}]}}\n";

    private static string Retry(string settings, string to = "payments") =>
        $"kind: Retry\nmetadata: {{name: retry}}\nspec: {{to: [{{targetRef: {{kind: Service, name: {to}}}, default: {settings} }}]}}\n";

    private static string Balancing(string settings) => $"kind: LoadBalancing\nmetadata: {{name: balancing}}\nspec: {{to: [{{targetRef: {{kind: Service, name: payments}}, default: {settings} }}]}}\n";

    private static string Tls(string settings, string at = "payments") => $"kind: Tls\nmetadata: {{name: tls}}\nspec: {{targetRef: {{kind: Service, name: {at}}}, rules: [{{default: {settings} }}]}}\n";

    private static string Telemetry(string settings) => $"kind: Telemetry\nmetadata: {{name: telemetry}}\nspec: {{targetRef: {{kind: Service, name: payments}}, rules: [{{default: {settings} }}]}}\n";

    private static string Route(string rules, string to = "payments", string name = "route") =>
        $"kind: HttpRoute\nmetadata: {{name: {name}}}\nspec: {{to: [{{targetRef: {{kind: Service, name: {to}}}, rules: {rules} }}]}}\n";

    private static string GrpcRoute(string to) =>
        $"kind: GrpcRoute\nmetadata: {{name: calls}}\nspec: {{to: [{{targetRef: {{kind: Service, name: {to}}}, rules: [{{name: all}}]}}]}}\n";

    private static string Breaker(string limits) =>
        $"kind: CircuitBreaker\nmetadata: {{name: limits}}\nspec: {{targetRef: {{kind: Service, name: db}}, rules: [{{default: {{connectionLimits: {limits}}}}}]}}\n";

    private static string Redirect(string from, string to) =>
        Route($"[{{matches: [{{path: {{type: PathPrefix, value: {from}}} }}], default: {{filters: [{{type: RequestRedirect, requestRedirect: {{path: {{type: ReplacePrefixMatch, replacePrefixMatch: {to}}} }} }}]}} }}]");

    private static string Headers(string changes) => Route($"[{{default: {{filters: [{{type: RequestHeaderModifier, requestHeaderModifier: {{{changes}}} }}]}} }}]");

    private static string Tokens(string audiences) => $$$"""
        kind: TrafficPermission
        metadata: {name: tokens}
        spec: {targetRef: {kind: Service, name: payments}, jwtProviders: [{name: p, issuer: i, {{{audiences}}}jwks: {file: /k}}], rules: [{default: {deny: [{service: storefront, jwt: {missing: true}}]}}]}
        """;

    private static string Permission(string lists, string at = "payments") =>
        $"kind: TrafficPermission\nmetadata: {{name: permission}}\nspec: {{targetRef: {{kind: Service, name: {at}}}, rules: [{{default: {{{lists}}} }}]}}\n";

    private static string External(string protocol, string host, int port) =>
        $"kind: ExternalService\nmetadata: {{name: outside}}\nspec: {{ports: [{{name: api, protocol: {protocol}, host: {host}, port: {port}}}]}}\n";
}
