using Mesh.Model.Identity;
using Mesh.Testing;
using Mesh.Xds.Codecs;
using Mesh.Xds.Server;
using Mesh.Xds.Validation;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests;

/// <summary>What the compiler makes is what a sidecar reads, whatever the policies say.</summary>
public sealed class CompiledMeshTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", ports: ["http"], uses: ["orders", "rpc", "postgres", "stripe"])
        .Service("orders", ports: ["http", "db:tcp"])
        .Service("rpc", ports: ["grpc"])
        .Service("postgres", ports: ["tcp"])
        .External("stripe", "api.stripe.com", 443);

    /// <summary>One mesh for each of the policies below.</summary>
    internal static IEnumerable<TestMesh> Meshes => Policies.Select(row => row.Data.Length == 0 ? Shop : Shop.Yaml(row.Data));

    public static TheoryData<string> Policies =>
    [
        "",
        "kind: Timeout\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {connect: 1ms, request: 576h, streamIdle: 1s, idle: 0s}}], rules: [{default: {connect: 1s, request: 1s, idle: 0s}}]}",
        "kind: Timeout\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {request: 0s, streamIdle: 0s, idle: 1m}}], rules: [{default: {request: 0s}}]}",
        "kind: Retry\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {http: {numRetries: 0, retryOn: []}, grpc: {numRetries: 100, perTryTimeout: 1s, backOff: {base: 1ms, max: 1ms}, retryOn: [Unavailable, Cancelled, Internal]}, tcp: {maxConnectAttempts: 100}, budget: {percent: 0, interval: 1ms, minPerSecond: 0}}}]}",
        "kind: Retry\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {http: {retryOn: [5xx, GatewayError, Retriable4xx, Reset, 503, 429]}, budget: {percent: 12.5}}}]}",
        "kind: Retry\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {http: {methods: [POST], retriableRequestHeaders: [{name: a, type: Present}, {name: b, value: c}], retriableResponseHeaders: [{name: d, type: Prefix, value: e}], rateLimitedBackOff: {resetHeaders: [{name: Retry-After}, {name: x-reset, format: UnixTimestamp}], maxInterval: 1s}}, grpc: {rateLimitedBackOff: {resetHeaders: [{name: retry-after}]}}}}]}",
        "kind: LoadBalancing\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {type: RoundRobin, wire: Http1}}]}",
        "kind: LoadBalancing\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {leastRequest: {choiceCount: 100}, wire: Http2}}]}",
        "kind: HealthCheck\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {interval: 1ms, timeout: 1ms, initialJitter: 0s, intervalJitter: 1s, intervalJitterPercent: 100, failTrafficOnPanic: true, http: {path: '/a?b=c', expectedStatuses: [100, 599], headers: [{name: a, value: ''}]}, tcp: {send: cGluZw==, receive: [cG9uZw==]}, grpc: {serviceName: a, authority: b}}}]}",
        "kind: CircuitBreaker\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {connectionLimits: {maxConnections: 1, maxPendingRequests: 1, maxRequests: 1, maxRetries: 0}, outlierDetection: {healthyPanicThreshold: 0, detectors: {totalFailures: {}, gatewayFailures: {}, localOriginFailures: {}, successRate: {}, failurePercentage: {threshold: 100}}}}}]}",
        "kind: CircuitBreaker\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Mesh}, default: {connectionLimits: {maxRequests: 1000000}, outlierDetection: {maxEjectionPercent: 0, baseEjectionTime: 1ms, interval: 1ms}}}]}",
        "kind: HttpRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: [{name: orders, weight: 0}, {name: nowhere, weight: 1000000}, {name: postgres, port: tcp}, {name: stripe, port: https}]}}]}]}",
        "kind: HttpRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: [{name: orders, weight: 0}]}}]}]}",
        "kind: HttpRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{name: a, matches: [{path: {type: PathPrefix, value: /}, method: GET}, {path: {type: PathPrefix, value: /a/b}, headers: [{name: a, type: Absent}, {name: b, type: Prefix, value: c}, {name: d, type: RegularExpression, value: e+}], queryParams: [{name: q, type: Present}, {name: r, value: s}]}], default: {filters: [{type: URLRewrite, urlRewrite: {hostname: a.b, path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}, {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: ''}], add: [{name: b, value: c}], remove: [d]}}]}}, {matches: [{path: {type: RegularExpression, value: '/x.*'}}], default: {filters: [{type: RequestRedirect, requestRedirect: {scheme: https, hostname: a.b, port: 8443, statusCode: 307, path: {type: ReplaceFullPath, replaceFullPath: /y}}}]}}]}]}",
        "kind: HttpRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {filters: [{type: RequestMirror, requestMirror: {backendRef: {name: rpc, port: grpc}, percent: 12.5}}, {type: RequestMirror, requestMirror: {backendRef: {name: stripe, port: https}}}, {type: CORS, cors: {allowOrigins: ['https://a.b', 'http://*.c.d:8080', 'https://*'], allowCredentials: true, allowMethods: [PUT, DELETE], allowHeaders: [a, b], exposeHeaders: ['*'], maxAge: 60}}, {type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: orders}, http: {path: /check, allowedHeaders: [Cookie, X-A], allowedResponseHeaders: [x-user]}, forwardBody: {maxSize: 1024}, timeout: 1ms, failOpen: true}}], timeouts: {request: 1m, backendRequest: 1s}, retry: {codes: [500, 503], attempts: 5, backoff: 1ms}, sessionPersistence: {sessionName: cart, absoluteTimeout: 1h, idleTimeout: 1m, cookieConfig: {lifetimeType: Permanent}}}}, {matches: [{path: {type: Exact, value: /x}}], default: {filters: [{type: CORS, cors: {allowOrigins: ['*']}}, {type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: rpc, port: grpc}}}], sessionPersistence: {type: Header}}}, {matches: [{path: {type: Exact, value: /y}}], default: {filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: nowhere}}}]}}]}]}",
        "kind: GrpcRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: rpc}, rules: [{matches: [{method: {service: a.B, method: C}}, {method: {service: a.B}}, {method: {method: C}}, {method: {type: RegularExpression, service: 'a.*', method: 'C[0-9]'}, headers: [{name: a, value: b}]}, {}], default: {filters: [{type: RequestMirror, requestMirror: {backendRef: {name: orders, port: http}, fraction: {numerator: 1, denominator: 3}}}, {type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: rpc}, grpc: {allowedHeaders: [authorization]}}}], sessionPersistence: {sessionName: cart}}}]}]}",
        "kind: TcpRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: [{name: orders, weight: 9}, {name: postgres, port: tcp}, {name: nowhere}]}}]}]}",
        "kind: TrafficPermission\nmetadata: {name: t}\nspec: {rules: [{default: {deny: [{service: a, methods: [GET, POST], paths: [{type: Exact, value: /a}, {type: PathPrefix, value: /b/}, {type: RegularExpression, value: '/c.*'}]}], allow: [{spiffeId: {type: Prefix, value: 'spiffe://shop.local'}}], allowWithShadowDeny: [{spiffeId: {type: Exact, value: 'spiffe://other/x'}}]}}]}",
    ];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Encode_CompiledMesh_IsValidAndReadsBack(string yaml)
    {
        // All that a policy can say is said to every kind of client.
        foreach (var (service, snapshot) in (yaml.Length == 0 ? Shop : Shop.Yaml(yaml)).Compile().Snapshots)
        {
            Assert.Empty(PreparedSnapshot.Of("p", ClientKind.Grpc, snapshot).Violations);
            Assert.Empty(PreparedSnapshot.Of("p", ClientKind.Envoy, snapshot).Violations);
            var resources = SnapshotCodec.Encode(snapshot);

            Assert.Empty(XdsValidator.Validate(resources));
            Assert.Equal(SnapshotText.Of(snapshot), SnapshotText.Of(SnapshotCodec.Decode(SpiffeId.ForService(TestMesh.TrustDomain, service), resources)));
        }
    }
}
