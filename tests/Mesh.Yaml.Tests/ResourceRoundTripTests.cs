using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Yaml.Tests;

public sealed class ResourceRoundTripTests
{
    public static TheoryData<string> Documents { get; } =
    [
        """
        kind: Service
        metadata: {name: storefront, namespace: shop, labels: {team: web}}
        spec:
          ports: [{name: http, protocol: http, external: true}, {name: rpc, protocol: grpc}]
          uses: [orders, inventory/grpc, pay/payments/http]
        """,
        """
        kind: ExternalService
        metadata: {name: stripe}
        spec:
          ports:
          - {name: api, protocol: https, host: api.stripe.com, port: 443}
          - name: own
            protocol: grpc
            host: 10.0.0.1
            port: 8443
            endpoints: [{host: 10.0.0.2, port: 8443, weight: 3}, {host: other.example, port: 443}]
            tls:
              serverName: api.stripe.com
              ca: {file: /etc/stripe/ca.pem}
              clientCertificate: {certificateFile: /etc/stripe/client.pem, keyFile: /etc/stripe/client.key}
          - name: cluster
            protocol: http
            host: bank.example
            port: 443
            tls:
              ca: {secret: {name: bank-ca, key: root.pem}}
              clientCertificate: {secret: {name: bank-client}}
        """,
        """
        kind: TrafficPermission
        metadata: {name: orders}
        spec:
          targetRef: {kind: Service, name: orders, sectionName: http}
          rules:
          - default:
              deny: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/test"}}]
              allow: [{service: storefront, methods: [GET, POST], paths: [{type: PathPrefix, value: /orders}]}]
              allowWithShadowDeny: [{service: pay/payments}]
        """,
        """
        kind: TrafficPermission
        metadata: {name: tokens}
        spec:
          jwtProviders:
          - name: accounts
            issuer: https://login.example/
            audiences: [orders, shop]
            jwks: {url: https://login.example/keys, cacheDuration: 5m, staleLimit: 0s}
            from: [{header: Authorization, prefix: "Bearer "}, {cookie: session}, {query: access_token}]
            clockSkew: 30s
            forward: false
          - {name: partners, issuer: partners, jwks: {file: /etc/keys.json}}
          rules:
          - default:
              deny: [{anyone: true, jwt: {missing: true}}]
              allow:
              - {service: storefront, grpc: [{service: shop.Orders, method: Get}, {service: shop.Admin}], headers: [{name: x-a, type: Prefix, value: b}, {name: x-c, type: Absent}]}
              - {anyone: true, jwt: {provider: accounts, claims: [{path: [realm_access, roles], contains: [admin]}, {path: [sub], values: [ann, ben]}]}}
              - {anyone: true, jwt: {}}
        """,
        """
        kind: HttpRoute
        metadata: {name: canary}
        spec:
          to:
          - targetRef: {kind: Service, name: orders}
            rules:
            - name: v2
              matches:
              - path: {type: PathPrefix, value: /v2}
                method: GET
                headers: [{name: x-beta, type: Present}, {name: x-a, value: b}]
                queryParams: [{name: q, type: RegularExpression, value: "[0-9]+"}]
              default:
                filters:
                - type: RequestHeaderModifier
                  requestHeaderModifier: {set: [{name: a, value: b}], add: [{name: c, value: d}], remove: [e]}
                - type: URLRewrite
                  urlRewrite: {hostname: orders.local, path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}
                backendRefs:
                - {name: orders, weight: 90}
                - name: orders-v2
                  port: http
                  weight: 10
                  filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [server]}}]
            - matches: [{path: {type: Exact, value: /old}}]
              default:
                filters:
                - type: RequestRedirect
                  requestRedirect: {scheme: https, hostname: x.example, path: {type: ReplaceFullPath, replaceFullPath: /new}, port: 8443, statusCode: 301}
        """,
        """
        kind: HttpRoute
        metadata: {name: filters}
        spec:
          to:
          - targetRef: {kind: Service, name: orders}
            rules:
            - default:
                filters:
                - type: RequestMirror
                  requestMirror: {backendRef: {name: orders-v2, namespace: next, port: http}, percent: 12.5}
                - type: RequestMirror
                  requestMirror: {backendRef: {name: archive}, fraction: {numerator: 1, denominator: 3}}
                - type: CORS
                  cors: {allowOrigins: ["https://*.shop.example"], allowCredentials: true, allowMethods: [PUT], allowHeaders: [x-a], exposeHeaders: [x-b], maxAge: 60}
                - type: ExternalAuth
                  externalAuth: {protocol: HTTP, backendRef: {name: auth}, http: {path: /check, allowedHeaders: [cookie], allowedResponseHeaders: [x-user]}, forwardBody: {maxSize: 1024}, timeout: 250ms, failOpen: true}
                backendRefs: [{name: orders}]
                timeouts: {request: 10s, backendRequest: 2s}
                retry: {codes: [500, 503], attempts: 3, backoff: 100ms}
                sessionPersistence: {type: Header, sessionName: x-cart, absoluteTimeout: 1h, idleTimeout: 5m}
            - default:
                sessionPersistence: {sessionName: cart, absoluteTimeout: 24h, cookieConfig: {lifetimeType: Permanent}}
        """,
        """
        kind: GrpcRoute
        metadata: {name: ledger}
        spec:
          to:
          - targetRef: {kind: Service, name: ledger}
            rules:
            - name: writes
              matches:
              - {method: {service: shop.Ledger, method: Book}, headers: [{name: x-a, value: b}]}
              - {method: {type: RegularExpression, service: "shop\\..+"}}
              default:
                filters:
                - type: ExternalAuth
                  externalAuth: {protocol: GRPC, backendRef: {name: auth}, grpc: {allowedHeaders: [authorization]}}
                backendRefs: [{name: ledger, weight: 9}, {name: ledger-next}]
                sessionPersistence: {type: Header}
        """,
        """
        kind: TcpRoute
        metadata: {name: db}
        spec:
          to:
          - targetRef: {kind: Service, name: postgres}
            rules: [{default: {backendRefs: [{name: postgres, weight: 9}, {name: postgres-new}]}}]
        """,
        """
        kind: AccessLog
        metadata: {name: orders}
        spec:
          to: [{targetRef: {kind: Service, name: orders}, default: {backends: []}}]
          rules:
          - matches: [{service: storefront}]
            default:
              backends:
              - type: File
                file: {path: /var/log/orders.log}
                format: {json: {a: "%DURATION%", b: "x%%"}, omitEmptyValues: true}
                filter: {minStatus: 400, minDuration: 500ms, onlyErrors: true, headers: [{name: x-a, value: b}, {name: x-c, type: Absent}], percent: 12.5}
              - {type: Stdout, format: {text: "%REQ(X-ID)%"}}
              - {type: OpenTelemetry, openTelemetry: {body: "%REQ(:METHOD)%", attributes: {mesh.duration_ms: "%DURATION%"}}}
        """,
        """
        kind: Tls
        metadata: {name: orders}
        spec:
          targetRef: {kind: Service, name: orders, sectionName: http}
          rules:
          - default:
              mode: Permissive
              tlsVersion: {min: TLS12, max: TLS13}
              tlsCiphers: [ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-RSA-CHACHA20-POLY1305]
          - default: {}
        """,
        """
        kind: Telemetry
        metadata: {name: orders}
        spec:
          to:
          - targetRef: {kind: Service, name: cache}
            default: {tracing: {disabled: true}, metrics: {disabled: false}}
          rules:
          - default:
              tracing: {sampling: 12.5, ignoreParent: true}
              metrics: {durationBuckets: [0.01, 0.1, 1]}
              tags:
              - {name: team, literal: web}
              - {name: tenant, header: {name: x-tenant, default: none}, metrics: true, maxValues: 10}
              - {name: region, environment: {name: REGION}}
        """,
        """
        kind: RateLimit
        metadata: {name: orders}
        spec:
          targetRef: {kind: Service, name: orders, sectionName: http}
          rules:
          - default:
              http:
                requestRate: {num: 100, interval: 1s, burst: 200}
                routes:
                - name: reports
                  matches: [{path: {type: PathPrefix, value: /reports}, method: GET}, {headers: [{name: x-tier, value: gold}]}]
                  requestRate: {num: 5, interval: 1m}
                - matches: [{queryParams: [{name: probe, type: Present}]}]
                  disabled: true
                announce: true
                onRateLimit: {status: 503, headers: {set: [{name: a, value: b}], add: [{name: c, value: d}]}}
              tcp: {connectionRate: {num: 10, interval: 1m30s}}
          - matches: [{service: reports}, {spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/batch"}}]
            default: {http: {disabled: true}, tcp: {disabled: true}}
        """,
        """
        kind: Timeout
        metadata: {name: all}
        spec:
          to: [{targetRef: {kind: Mesh}, default: {connect: 2s, request: 1m30s, streamIdle: 0s, idle: 1h, maxConnectionDuration: 8h}}]
          rules: [{default: {connect: 500ms, request: 10s, streamIdle: 5m, idle: 2h, requestHeaders: 10s, maxConnectionDuration: 0s}}]
        """,
        """
        kind: Retry
        metadata: {name: all}
        spec:
          to:
          - targetRef: {kind: Service, labels: {team: web}}
            default:
              http: {numRetries: 3, perTryTimeout: 1s, backOff: {base: 10ms, max: 1s}, retryOn: [5xx, 409, ConnectFailure]}
              grpc: {numRetries: 0, retryOn: [Unavailable]}
              tcp: {maxConnectAttempts: 5}
              budget: {percent: 12.5, interval: 5s, minPerSecond: 1}
        """,
        """
        kind: LoadBalancing
        metadata: {name: all}
        spec:
          to: [{targetRef: {kind: Mesh}, default: {type: LeastRequest, leastRequest: {choiceCount: 3}, wire: Http2}}]
        """,
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Write_EveryKind_ReadsBackTheSameInBothFormats(string yaml)
    {
        var written = DocumentReader.ReadYaml($"apiVersion: {DeclaredResource.ApiVersion}\n{yaml}", "a.yaml").Documents.Single();
        var first = ResourceReader.Read(written);
        Assert.Empty(first.Violations);

        var asYaml = YamlDocumentWriter.Write(ResourceWriter.Write(first.Resource!));
        var asJson = JsonDocumentWriter.Write(ResourceWriter.Write(first.Resource!));
        var fromYaml = ResourceReader.Read(DocumentReader.ReadYaml(asYaml, "b.yaml").Documents.Single());
        var fromJson = ResourceReader.Read(DocumentReader.ReadJson(asJson, "b.json").Documents.Single());

        Assert.Equal(JsonDocumentWriter.Write(written.Root), asJson);
        Assert.Equal(asJson, JsonDocumentWriter.Write(ResourceWriter.Write(fromYaml.Resource!)));
        Assert.Equal(asJson, JsonDocumentWriter.Write(ResourceWriter.Write(fromJson.Resource!)));
    }
}
