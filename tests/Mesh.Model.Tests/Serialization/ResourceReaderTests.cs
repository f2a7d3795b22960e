using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Model.Tests.Serialization;

public sealed class ResourceReaderTests
{
    [Theory]
    // the frame
    [InlineData("kind: Timeot", "kind: must be Service, ExternalService, TrafficPermission, HttpRoute, GrpcRoute, TcpRoute, Timeout, Retry, LoadBalancing, RateLimit, AccessLog, Telemetry, CircuitBreaker, HealthCheck or Tls but is \"Timeot\"; did you mean Timeout?")]
    [InlineData("apiVersion: v1", "apiVersion: must be mesh.dev/v1alpha1 but is \"v1\"")]
    [InlineData("specs: {}", "specs: is not a field here; did you mean spec?")]
    [InlineData("metadata: {name: Orders}", "metadata.name: must be lower-case letters, digits and inner hyphens, at most 63 characters, but is \"Orders\"")]
    [InlineData("metadata: {name: 5}", "metadata.name: must be text but is 5; put it in quotes: \"5\"")]
    [InlineData("metadata: {namespace: a}", "metadata.name: is missing; add it")]
    // Timeout
    [InlineData("spec: {}", "spec: says nothing; add an entry to to or rules")]
    [InlineData("spec: {targetRef: {kind: Service}, rules: [{default: {}}]}", "spec.targetRef.name: is missing; name the service, or select by labels")]
    [InlineData("spec: {targetRef: {kind: Mesh, name: a}, rules: [{default: {}}]}", "spec.targetRef.name: means nothing with kind Mesh; use kind Service, or leave it out")]
    [InlineData("spec: {targetRef: {kind: MeshService, name: a}, rules: [{default: {}}]}", "spec.targetRef.kind: must be Mesh or Service but is \"MeshService\"; did you mean Service?")]
    [InlineData("spec: {rules: [{default: {request: 5}}]}", "spec.rules[0].default.request: must be a duration such as 500ms, 5s, 1m or 1h but is 5; say the unit, such as 5s or 5ms")]
    [InlineData("spec: {rules: [{default: {request: 5sec}}]}", "spec.rules[0].default.request: must be a duration such as 500ms, 5s, 1m or 1h but is \"5sec\"")]
    [InlineData("spec: {rules: [{default: {connect: 0s}}]}", "spec.rules[0].default.connect: must be greater than zero but is 0s; leave it out for the default")]
    [InlineData("spec: {rules: [{default: {idle: 1000h}}]}", "spec.rules[0].default.idle: must be at most 576h but is 1000h; 0s switches it off")]
    [InlineData("spec: {rules: [{default: {requset: 5s}}]}", "spec.rules[0].default.requset: is not a field here; did you mean request?")]
    [InlineData("spec: {rules: [{default: {request: }}]}", "spec.rules[0].default.request: has no value; write one, or leave the field out")]
    [InlineData("spec: {rules: {default: {}}}", "spec.rules: must be a list but is an object")]
    [InlineData("spec: {rules: [{}]}", "spec.rules[0].default: is missing; add it")]
    [InlineData("spec: {to: [{default: {request: 1s}}]}", "spec.to[0].targetRef: is missing; add it")]
    [InlineData("spec: {targetRef: {kind: Service, name: a, sectionName: http}, to: [{targetRef: {kind: Mesh}, default: {}}]}", "spec.targetRef.sectionName: picks a port that is called, which means nothing for to (it is \"http\"); move it to the entry of to")]
    [InlineData("spec: {rules: [{matches: [], default: {request: 1s}}]}", "spec.rules[0].matches: is an empty list; add an item, or leave the field out")]
    [InlineData("spec: {rules: [{matches: [{}], default: {request: 1s}}]}", "spec.rules[0].matches[0]: names no caller; add service or spiffeId")]
    [InlineData("spec: {rules: [{matches: [{service: a}], default: {connect: 1s}}]}", "spec.rules[0].default.connect: cannot depend on the caller, for all share the connections to the app; move it to an entry without matches")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{matches: [{service: a}], default: {}}]}", "spec.rules[0].matches: is not a field here; use default")]
    [InlineData("spec: {rules: [{matches: [{service: a}], default: {requestHeaders: 1s, maxConnectionDuration: 1h}}]}", "spec.rules[0].default.requestHeaders: cannot depend on the caller, who may not be known yet; move it to an entry without matches", "spec.rules[0].default.maxConnectionDuration: cannot depend on the caller; move it to an entry without matches")]
    [InlineData("kind: ExternalService\nspec: {ports: [{name: a, protocol: tcp, host: x, port: 1, endpoints: [{host: 'a b', port: 0, weight: 0}]}]}", "spec.ports[0].endpoints[0].host: must be a host name or IP address without scheme and port but is \"a b\"", "spec.ports[0].endpoints[0].port: must be between 1 and 65535 but is 0", "spec.ports[0].endpoints[0].weight: must be between 1 and 1000 but is 0")]
    [InlineData("kind: ExternalService\nspec: {ports: [{name: a, protocol: tcp, host: x, port: 1, tls: {ca: {file: ca.pem}, clientCertificate: {certificateFile: /c.pem}}}]}", "spec.ports[0].tls.clientCertificate.keyFile: is missing; a client certificate is two files, certificateFile and keyFile, or a secret", "spec.ports[0].tls.ca.file: must be the full path of a file beside the sidecar but is \"ca.pem\"")]
    [InlineData("kind: ExternalService\nspec: {ports: [{name: a, protocol: tcp, host: x, port: 1, tls: {ca: {file: /ca.pem, secret: {name: ../x, key: a/b}}, clientCertificate: {secret: {name: c}, keyFile: /k}}}]}", "spec.ports[0].tls.ca: says more than one of file, inline and secret; keep one of them", "spec.ports[0].tls.clientCertificate: names files and a secret; keep one of them", "spec.ports[0].tls.ca.secret.name: must be the name of a Secret: letters, digits, inner dots and hyphens, at most 253, but is \"../x\"", "spec.ports[0].tls.ca.secret.key: must be a key of a Secret: letters, digits, inner dots and hyphens, at most 253, but is \"a/b\"", "spec.ports[0].tls.clientCertificate.certificateFile: is missing; a client certificate is two files, certificateFile and keyFile, or a secret")]
    [InlineData("kind: ExternalService\nspec: {ports: [{name: a, protocol: tcp, host: x, port: 1, tls: {ca: {inline: '-----BEGIN PRIVATE KEY----- secret'}}}]}", "spec.ports[0].tls.ca.inline: must be certificates as PEM and nothing else; a key belongs in a file beside the sidecar, and one that stood in a document is to be replaced")]
    // Telemetry
    [InlineData("kind: Telemetry\nspec: {rules: [{default: {tracing: {sampling: 101}, metrics: {durationBuckets: [0, 1, 1, 90000]}}}, {default: {metrics: {durationBuckets: []}}}]}", "spec.rules[0].default.tracing.sampling: must be a share in percent, 0 to 100, but is 101", "spec.rules[0].default.metrics.durationBuckets[0]: must be above 0 and at most 86400 seconds but is 0", "spec.rules[0].default.metrics.durationBuckets[2]: must be above the bound before it, 1, but is 1; write them in ascending order", "spec.rules[0].default.metrics.durationBuckets[3]: must be above 0 and at most 86400 seconds but is 90000", "spec.rules[1].default.metrics.durationBuckets: must have 1 to 64 bounds but has 0; leave it out for the usual ones")]
    [InlineData("kind: Telemetry\nspec: {rules: [{default: {tags: [{name: A, literal: b}, {name: mesh.caller, literal: b}, {name: http.route, literal: b}, {name: a.b, literal: c}, {name: a_b, literal: c}]}}]}", "spec.rules[0].default.tags[0].name: is \"A\"; names are up to 64 lower-case letters, digits and underscores with dots between them, and begin with a letter", "spec.rules[0].default.tags[1].name: is \"mesh.caller\", which the sidecar says itself; take another name", "spec.rules[0].default.tags[2].name: is \"http.route\", which the sidecar says itself; take another name", "spec.rules[0].default.tags[4].name: is \"a_b\", as that of another tag (dots and underscores are the same in Prometheus); keep one of them")]
    [InlineData("kind: Telemetry\nspec: {rules: [{default: {tags: [{name: mesh_caller, literal: b}, {name: error_type, literal: b}, {name: otel_x, literal: b}, {name: http_request.method, literal: b}, {name: my_mesh, literal: b}]}}]}", "spec.rules[0].default.tags[0].name: is \"mesh_caller\", which the sidecar says itself; take another name", "spec.rules[0].default.tags[1].name: is \"error_type\", which the sidecar says itself; take another name", "spec.rules[0].default.tags[2].name: is \"otel_x\", which the sidecar says itself; take another name", "spec.rules[0].default.tags[3].name: is \"http_request.method\", which the sidecar says itself; take another name")]
    [InlineData("kind: Telemetry\nspec: {rules: [{default: {tags: [{name: a}, {name: b, literal: c, header: {name: d}}, {name: e, literal: ''}]}}]}", "spec.rules[0].default.tags[0]: must have exactly one of literal, header and environment", "spec.rules[0].default.tags[1]: must have exactly one of literal, header and environment", "spec.rules[0].default.tags[2].literal: must have 1 to 256 characters but has 0")]
    [InlineData("kind: Telemetry\nspec: {rules: [{default: {tags: [{name: a, header: {name: Cookie}}, {name: b, header: {name: 'x y'}}, {name: c, environment: {name: DB_PASSWORD}}, {name: d, environment: {name: 1A}}]}}]}", "spec.rules[0].default.tags[0].header.name: is Cookie, which carries secrets, and spans and metrics are read by more people than may act for its callers; take a header that says who it is and proves nothing", "spec.rules[0].default.tags[1].header.name: must be a header name (letters, digits and !#$%&'*+-.^_`|~) but is \"x y\"", "spec.rules[0].default.tags[2].environment.name: is DB_PASSWORD, which looks as if it held a secret; spans and metrics are read by many: put what may be read into a variable of another name", "spec.rules[0].default.tags[3].environment.name: must be the name of an environment variable (letters, digits and underscores) but is \"1A\"")]
    [InlineData("kind: Telemetry\nspec: {rules: [{default: {tags: [{name: a, header: {name: x-a}, maxValues: 5}, {name: b, header: {name: x-b}, metrics: true, maxValues: 1001}, {name: c, literal: d, metrics: true, maxValues: 2}]}}]}", "spec.rules[0].default.tags[0].maxValues: means nothing here (it is 5); it bounds what a header says on metrics", "spec.rules[0].default.tags[1].maxValues: must be between 1 and 1000 but is 1001", "spec.rules[0].default.tags[2].maxValues: means nothing here (it is 2); it bounds what a header says on metrics")]
    // AccessLog
    [InlineData("kind: AccessLog\nspec: {rules: [{default: {backends: [{type: File, file: {path: a.log}}, {type: Stdout, file: {path: /a}}]}}]}", "spec.rules[0].default.backends[0].file.path: must be the full path of a file beside the sidecar but is \"a.log\"", "spec.rules[0].default.backends[1].file: means nothing with type Stdout; leave it out, or use type File")]
    [InlineData("kind: AccessLog\nspec: {rules: [{default: {backends: [{type: Stdout, format: {text: '%REQ(authorization)% %RESP(Set-Cookie)%'}}]}}]}", "spec.rules[0].default.backends[0].format.text: names the header authorization, which carries secrets and is never logged; log who calls with %DOWNSTREAM_PEER_URI_SAN%", "spec.rules[0].default.backends[0].format.text: names the header Set-Cookie, which carries secrets and is never logged; log who calls with %DOWNSTREAM_PEER_URI_SAN%")]
    [InlineData("kind: AccessLog\nspec: {rules: [{default: {backends: [{type: Stdout, filter: {headers: [{name: Cookie, type: Prefix, value: s}, {name: cookie, type: Present}, {name: 'a b'}]}}]}}]}", "spec.rules[0].default.backends[0].filter.headers[0].value: would write a value of Cookie, which carries secrets, into a policy; use type Present or Absent", "spec.rules[0].default.backends[0].filter.headers[2].name: must be a header name (letters, digits and !#$%&'*+-.^_`|~) but is \"a b\"", "spec.rules[0].default.backends[0].filter.headers[2].value: is missing; write the value or its beginning, or use type Present")]
    [InlineData("kind: AccessLog\nspec: {rules: [{default: {backends: [{type: OpenTelemetry, file: {path: /a}, format: {text: a}}, {type: Stdout, openTelemetry: {body: a}}]}}]}", "spec.rules[0].default.backends[0].file: means nothing with type OpenTelemetry; leave it out, or use type File", "spec.rules[0].default.backends[0].format: means nothing with type OpenTelemetry; use openTelemetry.body and openTelemetry.attributes", "spec.rules[0].default.backends[1].openTelemetry: means nothing with type Stdout; leave it out, or use type OpenTelemetry")]
    [InlineData("kind: AccessLog\nspec: {rules: [{default: {backends: [{type: OpenTelemetry, openTelemetry: {body: '%NO%', attributes: {Big: a, a.b: '%REQ(x-api-key)%'}}}]}}]}", "spec.rules[0].default.backends[0].openTelemetry.attributes: has the name \"Big\"; names are up to 64 lower-case letters, digits and underscores with dots between them, and begin with a letter", "spec.rules[0].default.backends[0].openTelemetry.body: has the operator %NO%, which is none here; see docs/policies/accesslog.md", "spec.rules[0].default.backends[0].openTelemetry.attributes.a.b: names the header x-api-key, which carries secrets and is never logged; log who calls with %DOWNSTREAM_PEER_URI_SAN%")]
    [InlineData("kind: AccessLog\nspec: {rules: [{default: {backends: [{type: Stdout, format: {text: '%DURATON% 5% %RESP(:PATH)%'}}]}}]}", "spec.rules[0].default.backends[0].format.text: has the operator %DURATON%, which is none here; did you mean DURATION?", "spec.rules[0].default.backends[0].format.text: has a % that begins no operator: \" 5% \"; write %% for one that is meant", "spec.rules[0].default.backends[0].format.text: must be a header name (letters, digits and !#$%&'*+-.^_`|~) but is \":PATH\"")]
    [InlineData("kind: AccessLog\nspec: {rules: [{default: {backends: [{type: Stdout, format: {text: a, json: {b: c}}, filter: {minStatus: 600, percent: 0}}]}}]}", "spec.rules[0].default.backends[0].format.json: stands beside text; keep one of them", "spec.rules[0].default.backends[0].filter.minStatus: must be between 100 and 599 but is 600", "spec.rules[0].default.backends[0].filter.percent: must be above 0 (at least 0.0001) and at most 100 but is 0; leave it out for all")]
    // Tls
    [InlineData("kind: Tls\nspec: {}", "spec: says nothing; add an entry to rules")]
    [InlineData("kind: Tls\nspec: {rules: [{default: {tlsVersion: {min: TLS13, max: TLS12}, tlsCiphers: [ECDHE-RSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256]}}]}", "spec.rules[0].default.tlsVersion.min: is TLS13, newer than max TLS12; make it older, or max newer", "spec.rules[0].default.tlsCiphers: are suites of TLS 1.2, which is not spoken with tlsVersion.min TLS13; leave them out, or make min TLS12", "spec.rules[0].default.tlsCiphers[1]: is ECDHE-RSA-AES128-GCM-SHA256 a second time; leave it out", "spec.rules[0].default.tlsCiphers: are for RSA keys alone, and certificates of the mesh have ECDSA keys: nobody could agree; add ECDHE-ECDSA-AES128-GCM-SHA256")]
    [InlineData("kind: Tls\nspec: {rules: [{default: {mode: permissive, tlsVersion: {min: TLS11, max: '1.3'}, tlsCiphers: []}}]}", "spec.rules[0].default.mode: must be Strict or Permissive but is \"permissive\"; did you mean Permissive?", "spec.rules[0].default.tlsVersion.min: must be TLS12 or TLS13 but is \"TLS11\"; did you mean TLS12?", "spec.rules[0].default.tlsVersion.max: must be TLS12 or TLS13 but is \"1.3\"", "spec.rules[0].default.tlsCiphers: is an empty list; add an item, or leave the field out")]
    [InlineData("kind: Tls\nspec: {rules: [{matches: [{service: a}], default: {tlsCiphers: [ECDHE-ECDSA-AES256-SHA384]}}]}", "spec.rules[0].matches: is not a field here; use default", "spec.rules[0].default.tlsCiphers[0]: must be ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-RSA-AES128-GCM-SHA256, ECDHE-RSA-AES256-GCM-SHA384 or ECDHE-RSA-CHACHA20-POLY1305 but is \"ECDHE-ECDSA-AES256-SHA384\"; did you mean ECDHE-ECDSA-AES256-GCM-SHA384?")]
    // RateLimit
    [InlineData("kind: RateLimit\nspec: {}", "spec: says nothing; add an entry to rules")]
    [InlineData("kind: RateLimit\nspec: {rules: [{default: {http: {requestRate: {num: 5}}}}]}", "spec.rules[0].default.http.requestRate.interval: is missing; add it")]
    [InlineData("kind: RateLimit\nspec: {rules: [{default: {http: {requestRate: {num: 0, interval: 1s}}}}]}", "spec.rules[0].default.http.requestRate.num: must be between 1 and 1000000 but is 0; to let nobody in use a TrafficPermission")]
    [InlineData("kind: RateLimit\nspec: {rules: [{default: {tcp: {connectionRate: {num: 1, interval: 10ms, burst: 0}}}}]}", "spec.rules[0].default.tcp.connectionRate.burst: must be between 1 and 1000000 but is -1; leave it out for as many as num", "spec.rules[0].default.tcp.connectionRate.interval: must be at least 50ms but is 10ms; make num and interval greater alike")]
    [InlineData("kind: RateLimit\nspec: {rules: [{default: {http: {disabled: true, requestRate: {num: 1, interval: 1s}}}}]}", "spec.rules[0].default.http.disabled: is true beside a rate; keep one of them")]
    [InlineData("kind: RateLimit\nspec: {rules: [{default: {http: {routes: [{matches: [{path: {type: Exact, value: a}}]}]}}}]}", "spec.rules[0].default.http.routes[0]: says no rate; add requestRate, or disabled: true for any number", "spec.rules[0].default.http.routes[0].matches[0].path.value: must begin with / but is \"a\"")]
    [InlineData("kind: RateLimit\nspec: {rules: [{default: {http: {routes: [{name: a, matches: [{method: GET}], disabled: true}, {name: a, matches: [{method: PUT}], disabled: true}]}}}]}", "spec.rules[0].default.http.routes[1].name: is \"a\" a second time; give each its own name")]
    [InlineData("kind: RateLimit\nspec: {rules: [{default: {http: {onRateLimit: {status: 200, headers: {set: [{name: Content-Length, value: '1'}]}}}}}]}", "spec.rules[0].default.http.onRateLimit.status: must be a status of an error, 400 to 417, 421 to 424, 426, 428, 429, 431, 500 to 508, 510 or 511, but is 200; leave it out for 429", "spec.rules[0].default.http.onRateLimit.headers.set[0].name: cannot be Content-Length, which says where a message ends or belongs to one connection only; leave it out")]
    // Service
    [InlineData("kind: Service\nspec: {ports: [{name: http, protocol: htpp}]}", "spec.ports[0].protocol: must be http, http2, grpc, tcp or https but is \"htpp\"; did you mean http?")]
    [InlineData("kind: Service\nspec: {ports: [{name: a, protocol: http}, {name: a, protocol: tcp}]}", "spec.ports[1].name: is \"a\" a second time; give each port its own name")]
    [InlineData("kind: Service\nspec: {ports: [{name: a, protocol: http, external: yes}]}", "spec.ports[0].external: must be true or false but is \"yes\"")]
    [InlineData("kind: Service\nspec: {uses: [a/b/c/d]}", "spec.uses[0]: must be service, service/port or namespace/service/port but is \"a/b/c/d\"")]
    [InlineData("kind: Service\nspec: {uses: [test]}", "spec.uses[0]: names the service itself (\"test\"); a call to itself needs no edge")]
    [InlineData("kind: ExternalService\nspec: {ports: [{name: a, protocol: https, host: 'https://x', port: 70000}]}", "spec.ports[0].host: must be a host name or IP address without scheme and port but is \"https://x\"", "spec.ports[0].port: must be between 1 and 65535 but is 70000")]
    [InlineData("kind: Service\nmetadata: {name: control-plane, namespace: mesh-system}\nspec: {}", "metadata.namespace: is mesh-system, where the control plane has its identity; use another one")]
    // TrafficPermission
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{}]}}]}", "spec.rules[0].default.allow[0]: names no caller; add service or spiffeId")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, paths: }]}}]}", "spec.rules[0].default.allow[0].paths: has no value; write one, or leave the field out")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, methods: []}]}}]}", "spec.rules[0].default.allow[0].methods: is an empty list; add an item, or leave the field out")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {deny: [{service: a, methods: [get]}]}}]}", "spec.rules[0].default.deny[0].methods[0]: must be GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH but is \"get\"; did you mean GET?")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {deny: [{spiffeId: {type: Exact, value: 'spiffe://X/a'}}]}}]}", "spec.rules[0].default.deny[0].spiffeId.value: must be a SPIFFE id such as spiffe://shop.local/ns/default/sa/orders but is \"spiffe://X/a\"")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {deny: [{service: a, paths: [{type: Exact, value: a}]}]}}]}", "spec.rules[0].default.deny[0].paths[0].value: must begin with / but is \"a\"")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {deny: [{service: a, paths: [{type: Exact, value: /a/../b}]}]}}]}", "spec.rules[0].default.deny[0].paths[0].value: must hold no //, . or .. elements but is \"/a/../b\"; requests are compared after these are resolved")]
    [InlineData("kind: TrafficPermission\nspec: {to: []}", "spec.to: is not a field here; use targetRef, jwtProviders or rules")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, anyone: true}]}}]}", "spec.rules[0].default.allow[0]: names its caller twice; keep either anyone, service or spiffeId")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{anyone: false}]}}]}", "spec.rules[0].default.allow[0]: names no caller; add service or spiffeId")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, headers: []}]}}]}", "spec.rules[0].default.allow[0].headers: is an empty list; add an item, or leave the field out")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, headers: [{name: x-a}]}]}}]}", "spec.rules[0].default.allow[0].headers[0].value: is missing; write the value or its beginning, or use type Present")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, headers: [{name: Upgrade, type: Present}]}]}}]}", "spec.rules[0].default.allow[0].headers[0].name: cannot be Upgrade, which belongs to one connection only; leave it out")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, headers: [{name: x-forwarded-client-cert, type: Present}]}]}}]}", "spec.rules[0].default.allow[0].headers[0].name: cannot be x-forwarded-client-cert, which sidecars write after permissions were asked; use service or spiffeId")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, grpc: [{service: /shop.Orders, method: Get/}]}]}}]}", "spec.rules[0].default.allow[0].grpc[0].service: must be a gRPC service with its package, such as shop.Orders, but is \"/shop.Orders\"", "spec.rules[0].default.allow[0].grpc[0].method: must be a method's name, such as Get, but is \"Get/\"; leave it out for all methods")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, methods: [GET], grpc: [{service: shop.Orders}]}]}}]}", "spec.rules[0].default.allow[0].grpc: says methods and paths itself; keep either grpc, or methods and paths")]
    [InlineData("kind: TrafficPermission\nspec: {rules: [{default: {allow: [{service: a, jwt: {}}]}}]}", "spec.rules[0].default.allow[0].jwt: asks for a token, but the policy names nobody who issues them; add spec.jwtProviders")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: p, issuer: i, jwks: {file: /k}}], rules: [{default: {allow: [{service: a, jwt: {provider: q}}]}}]}", "spec.rules[0].default.allow[0].jwt.provider: must be p but is \"q\"")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: p, issuer: i, jwks: {file: /k}}], rules: [{default: {allow: [{service: a, jwt: {claims: [{path: [sub]}]}}]}}]}", "spec.rules[0].default.allow[0].jwt.claims[0]: says nothing of the claim; add values or contains")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: p, issuer: i, jwks: {file: /k}}], rules: [{default: {deny: [{anyone: true, jwt: {missing: true, claims: [{path: [scope], contains: ['a b']}]}}]}}]}", "spec.rules[0].default.deny[0].jwt.claims: means nothing with missing, for a token that is not there says nothing; keep either", "spec.rules[0].default.deny[0].jwt.claims[0].contains[0]: must be one word but is \"a b\"; list words one by one, or use values for a whole text")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: P, issuer: '', audiences: [], jwks: {}}]}", "spec.jwtProviders[0].audiences: is an empty list; add an item, or leave the field out", "spec.jwtProviders[0].name: must be a DNS label such as accounts but is \"P\"", "spec.jwtProviders[0].issuer: is empty; write what tokens have as iss", "spec.jwtProviders[0].jwks: says nowhere where the keys are; add url, file or inline")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: p, issuer: i, jwks: {url: 'http://login.example/keys'}}]}", "spec.jwtProviders[0].jwks.url: must be an https URL without user and fragment, or http on loopback, but is \"http://login.example/keys\"")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: p, issuer: i, jwks: {url: 'https://me:secret@login.example/keys', file: keys.json}}]}", "spec.jwtProviders[0].jwks: says in several ways where the keys are; keep one of url, file and inline", "spec.jwtProviders[0].jwks.url: must be an https URL without user and fragment, or http on loopback, but is *", "spec.jwtProviders[0].jwks.file: must be an absolute path but is \"keys.json\"")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: p, issuer: i, jwks: {inline: '{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}'}}]}", "spec.jwtProviders[0].jwks.inline: holds a secret key; only public keys belong here, and tokens that are signed with a shared secret are not taken")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: p, issuer: i, jwks: {inline: '{}', cacheDuration: 5m}, clockSkew: 11m, from: [{header: a, cookie: b}, {query: 'a b', prefix: x}]}]}", "spec.jwtProviders[0].clockSkew: must be whole seconds between 0s and 10m but is 11m", "spec.jwtProviders[0].jwks.inline: must be a JSON Web Key Set: an object with a list of keys", "spec.jwtProviders[0].jwks: has times that are for keys at a url; leave out cacheDuration and staleLimit", "spec.jwtProviders[0].from[0]: names several places; write an item for each", "spec.jwtProviders[0].from[1].prefix: is for headers only; leave it out", "spec.jwtProviders[0].from[1].query: must be a name of letters, digits, '-', '_' and '.' but is \"a b\"")]
    [InlineData("kind: TrafficPermission\nspec: {jwtProviders: [{name: p, issuer: i, jwks: {file: /k}}, {name: p, issuer: j, jwks: {file: /k}}, {name: q, issuer: i, jwks: {file: /k}}]}", "spec.jwtProviders[1].name: is taken: an earlier provider is \"p\" too", "spec.jwtProviders[2].issuer: is that of an earlier provider; list all audiences of \"i\" there")]
    // HttpRoute
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Mesh}, rules: [{}]}]}", "spec.to[0].targetRef.kind: must be Service but is Mesh; a route belongs to one service")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: []}]}", "spec.to[0].rules: is an empty list; add an item, or leave the field out")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: RequestCopy}]}}]}]}", "spec.to[0].rules[0].default.filters[0].type: must be RequestHeaderModifier, ResponseHeaderModifier, RequestRedirect, URLRewrite, RequestMirror, CORS or ExternalAuth but is \"RequestCopy\"")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: URLRewrite}]}}]}]}", "spec.to[0].rules[0].default.filters[0].urlRewrite: is missing; type URLRewrite needs it")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]}}]}]}", "spec.to[0].rules[0].default.filters[0]: replaces the prefix that matched, but not every match of the rule has a path of type PathPrefix; add one, or replace the full path")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath}}}]}}]}]}", "spec.to[0].rules[0].default.filters[0].urlRewrite.path.replaceFullPath: is missing; the type needs it")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: URLRewrite, urlRewrite: {hostname: a}}, {type: RequestRedirect, requestRedirect: {statusCode: 200}}]}}]}]}", "spec.to[0].rules[0].default.filters[1].requestRedirect.statusCode: must be 301, 302, 303, 307 or 308 but is 200", "spec.to[0].rules[0].default.filters[0].type: is URLRewrite beside a RequestRedirect; a redirected request is not forwarded: keep one of them")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{matches: [{path: {type: RegularExpression, value: '(?=a)b'}}]}]}]}", "spec.to[0].rules[0].matches[0].path.value: is not an expression that can run without backtracking: \"(?=a)b\"*")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{matches: [{headers: [{name: 'a b', value: c}]}]}]}]}", "spec.to[0].rules[0].matches[0].headers[0].name: must be a header name (letters, digits and !#$%&'*+-.^_`|~) but is \"a b\"")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: \"b\\nc\"}, {name: b, value: \"\\u0001\"}, {name: c, value: \"\\u4e2d\"}]}}]}}]}]}", "spec.to[0].rules[0].default.filters[0].requestHeaderModifier.set[0].value: must hold no line break and no other control character; what gets it would refuse the request", "spec.to[0].rules[0].default.filters[0].requestHeaderModifier.set[1].value: must hold no line break and no other control character; what gets it would refuse the request", "spec.to[0].rules[0].default.filters[0].requestHeaderModifier.set[2].value: must be Latin-1 text, for headers hold no other; encode it, as by percent signs")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{matches: [{path: {type: PathPrefix, value: /}}], default: {filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /a b}}}]}}, {default: {filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: \"/caf\\u00e9%\"}}}]}}]}]}", "spec.to[0].rules[0].default.filters[0].urlRewrite.path.replacePrefixMatch: must be written as it goes out, with everything but printable ASCII percent-encoded, but is \"/a b\"", "spec.to[0].rules[1].default.filters[0].requestRedirect.path.replaceFullPath: must be written as it goes out, with everything but printable ASCII percent-encoded, but is \"/caf\u00e9%\"")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{matches: [{path: {type: RegularExpression, value: '(?x)/a#b'}}]}]}]}", "spec.to[0].rules[0].matches[0].path.value: is not an expression that can run without backtracking: \"(?x)/a#b\"*")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{name: a}, {name: a}]}]}", "spec.to[0].rules[1].name: is \"a\" a second time; give each rule its own name")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {backendRefs: [{name: a, weight: -1}]}}]}]}", "spec.to[0].rules[0].default.backendRefs[0].weight: must be between 0 and 1000000 but is -1")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{matches: [{headers: [{name: a}]}]}]}]}", "spec.to[0].rules[0].matches[0].headers[0].value: is missing; write the value or its beginning, or use type Present")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: host, value: b}], remove: [content-length]}}]}}]}]}", "spec.to[0].rules[0].default.filters[0].requestHeaderModifier.set[0].name: cannot be Host; use the filter URLRewrite with a hostname", "spec.to[0].rules[0].default.filters[0].requestHeaderModifier.remove[0]: cannot be content-length, which says where a message ends or belongs to one connection only; leave it out")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: RequestMirror, requestMirror: {backendRef: {name: b}, percent: 101, fraction: {numerator: 2, denominator: 0}}}]}}]}]}", "spec.to[0].rules[0].default.filters[0].requestMirror.percent: must be between 0 and 100 but is 101", "spec.to[0].rules[0].default.filters[0].requestMirror.fraction: stands beside percent; keep one of them", "spec.to[0].rules[0].default.filters[0].requestMirror.fraction.denominator: must be at least 1 but is 0")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: RequestMirror, requestMirror: {backendRef: {name: b}}}, {type: RequestRedirect, requestRedirect: {scheme: https}}]}}]}]}", "spec.to[0].rules[0].default.filters[0].type: is RequestMirror beside a RequestRedirect; a redirected request is not forwarded, so there is nothing to copy: keep one of them")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: CORS, cors: {allowOrigins: ['*', shop.example], allowMethods: [get], maxAge: 0}}]}}]}]}", "spec.to[0].rules[0].default.filters[0].cors.allowOrigins[1]: must be * or scheme://host with an optional port, such as https://shop.example or https://*.shop.example:8443, but is \"shop.example\"", "spec.to[0].rules[0].default.filters[0].cors.allowOrigins: holds * beside others; * stands for all of them: keep it alone, or leave it out", "spec.to[0].rules[0].default.filters[0].cors.allowMethods[0]: must be GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH but is \"get\"*", "spec.to[0].rules[0].default.filters[0].cors.maxAge: must be at least 1 second but is 0")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {filters: [{type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: b}, http: {path: check}, forwardBody: {maxSize: 100000}, timeout: 0s}}]}}]}]}", "spec.to[0].rules[0].default.filters[0].externalAuth.http: means nothing with protocol GRPC; leave it out, or change the protocol", "spec.to[0].rules[0].default.filters[0].externalAuth.http.path: must begin with / but is \"check\"", "spec.to[0].rules[0].default.filters[0].externalAuth.forwardBody.maxSize: must be between 0 and 65536 bytes but is 100000", "spec.to[0].rules[0].default.filters[0].externalAuth.timeout: must be greater than zero but is 0s; leave it out for 1s")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {timeouts: {request: 1s, backendRequest: 2s}, retry: {codes: [200], attempts: 101, backoff: 0s}}}]}]}", "spec.to[0].rules[0].default.timeouts.backendRequest: must not be longer than request, 1s, but is 2s", "spec.to[0].rules[0].default.retry.codes[0]: must be a status from 400 to 599 but is 200", "spec.to[0].rules[0].default.retry.attempts: must be between 0 and 100 but is 101", "spec.to[0].rules[0].default.retry.backoff: must be greater than zero but is 0s")]
    [InlineData("kind: HttpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {sessionPersistence: {type: Header, sessionName: Host, idleTimeout: 1ms, cookieConfig: {lifetimeType: Permanent}}}}]}]}", "spec.to[0].rules[0].default.sessionPersistence.sessionName: cannot be Host; use the filter URLRewrite with a hostname", "spec.to[0].rules[0].default.sessionPersistence.cookieConfig: means nothing with type Header; leave it out, or use type Cookie", "spec.to[0].rules[0].default.sessionPersistence.absoluteTimeout: is missing; a cookie with lifetimeType Permanent lives as long as this says", "spec.to[0].rules[0].default.sessionPersistence.idleTimeout: must be at least 1s but is 1ms; leave it out for no limit")]
    [InlineData("kind: GrpcRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{matches: [{method: {service: shop/Orders, method: a.b}}], default: {filters: [{type: CORS, cors: {allowOrigins: ['*']}}]}}]}]}", "spec.to[0].rules[0].matches[0].method.service: must be a service with its package, such as shop.Orders, but is \"shop/Orders\"", "spec.to[0].rules[0].matches[0].method.method: must be a method's name, such as Charge, but is \"a.b\"", "spec.to[0].rules[0].default.filters[0].type: must be RequestHeaderModifier, ResponseHeaderModifier, RequestMirror or ExternalAuth in a GrpcRoute but is CORS")]
    [InlineData("kind: GrpcRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{matches: [{method: {type: RegularExpression, service: '(?=a)'}}]}]}]}", "spec.to[0].rules[0].matches[0].method.service: is not an expression that can run without backtracking: \"(?=a)\"*")]
    // TcpRoute, Retry, LoadBalancing
    [InlineData("kind: TcpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {backendRefs: [{name: a}]}}, {}]}]}", "spec.to[0].rules: must be a list with exactly one item but is one with 2")]
    [InlineData("kind: TcpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{}]}]}", "spec.to[0].rules[0].default.backendRefs: is missing; add it")]
    [InlineData("kind: TcpRoute\nspec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {backendRefs: [{name: a, weight: 0}]}}]}]}", "spec.to[0].rules[0].default.backendRefs: has weight 0 for every backend, so that no connection could go anywhere; give one of them a weight")]
    [InlineData("kind: Retry\nspec: {to: [{targetRef: {kind: Mesh}, default: {http: {retryOn: [GatewayErr, 200]}}}]}", "spec.to[0].default.http.retryOn[0]: must be ConnectFailure, RefusedStream, Reset, GatewayError, 5xx or Retriable4xx or a status code from 400 to 599 but is \"GatewayErr\"; did you mean GatewayError?", "spec.to[0].default.http.retryOn[1]: must be ConnectFailure*")]
    [InlineData("kind: Retry\nspec: {to: [{targetRef: {kind: Mesh}, default: {http: {backOff: {base: 2s, max: 1s}, numRetries: 101}, budget: {percent: 101}}}]}", "spec.to[0].default.http.numRetries: must be between 0 and 100 but is 101; 0 switches retries off", "spec.to[0].default.http.backOff.max: must not be less than base (2s) but is 1s", "spec.to[0].default.budget.percent: must be between 0 and 100 but is 101")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {type: Random, leastRequest: {choiceCount: 1}}}]}", "spec.to[0].default.leastRequest.choiceCount: must be between 2 and 100 but is 1", "spec.to[0].default.leastRequest: means nothing with type Random; leave it out, or use type LeastRequest")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {type: RingHash, ringHash: {minRingSize: 0, maxRingSize: 8388609}}}]}", "spec.to[0].default.ringHash.minRingSize: must be between 1 and 8388608 but is 0", "spec.to[0].default.ringHash.maxRingSize: must be between 1 and 8388608 but is 8388609")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {type: RingHash, ringHash: {minRingSize: 10, maxRingSize: 9}}}]}", "spec.to[0].default.ringHash.minRingSize: is 10, more than maxRingSize 9; make it smaller")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {type: Maglev, maglev: {tableSize: 65536}}}]}", "spec.to[0].default.maglev.tableSize: must be a prime of at most 5000011 but is 65536; take 65537 for up to some hundred replicas, 655373 for more")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {type: Random, ringHash: {minRingSize: 1}, maglev: {tableSize: 7}, hashPolicies: [{type: Source}]}}]}", "spec.to[0].default.ringHash: means nothing with type Random; leave it out, or use type RingHash", "spec.to[0].default.maglev: means nothing with type Random; leave it out, or use type Maglev", "spec.to[0].default.hashPolicies: means nothing with type Random; leave it out, or use type RingHash or Maglev")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {hashPolicies: [{type: Header}, {type: Cookie, header: {name: a}}, {header: {name: a b}, type: Header}]}}]}", "spec.to[0].default.hashPolicies[0].header.name: is missing; name the header", "spec.to[0].default.hashPolicies[1].header: means nothing with type Cookie; leave it out, or use type Header", "spec.to[0].default.hashPolicies[1].cookie.name: is missing; name the cookie", "spec.to[0].default.hashPolicies[2].header.name: must be a header name (letters, digits and !#$%&'*+-.^_`|~) but is \"a b\"")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {hashPolicies: [{type: Cookie, cookie: {name: a;b, path: 'a;b'}}, {type: QueryParameter}]}}]}", "spec.to[0].default.hashPolicies[0].cookie.name: must be a cookie's name (letters, digits and !#$%&'*+-.^_`|~) but is \"a;b\"", "spec.to[0].default.hashPolicies[0].cookie.path: must begin with / and hold no spaces and no ; but is \"a;b\"", "spec.to[0].default.hashPolicies[0].cookie.path: is for a cookie that the sidecar gives, which it does with a ttl; add ttl, or leave path out", "spec.to[0].default.hashPolicies[1].queryParameter.name: is missing; name the parameter")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {hashPolicies: []}}]}", "spec.to[0].default.hashPolicies: is an empty list; add an item, or leave the field out")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {type: PeakEwma, peakEwma: {decay: 0s}, slowStart: {minWeightPercent: 0}}}]}", "spec.to[0].default.peakEwma.decay: must be greater than zero but is 0s; leave it out for 10s", "spec.to[0].default.slowStart.minWeightPercent: must be between 1 and 100 but is 0")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {type: Random, peakEwma: {decay: 1s}, slowStart: {window: 1s}}}]}", "spec.to[0].default.peakEwma: means nothing with type Random; leave it out, or use type PeakEwma", "spec.to[0].default.slowStart: means nothing with type Random; leave it out, or use type RoundRobin, LeastRequest or PeakEwma")]
    [InlineData("kind: Retry\nspec: {to: [{targetRef: {kind: Mesh}, default: {http: {methods: [GETT], retriableRequestHeaders: [{name: 'a b', type: Present}], rateLimitedBackOff: {resetHeaders: [{name: '?'}], maxInterval: 0s}}}}]}", "spec.to[0].default.http.rateLimitedBackOff.resetHeaders[0].name: must be a header name*", "spec.to[0].default.http.rateLimitedBackOff.maxInterval: must be greater than zero*", "spec.to[0].default.http.methods[0]: must be GET, HEAD*", "spec.to[0].default.http.retriableRequestHeaders[0].name: must be a header name*")]
    [InlineData("kind: HealthCheck\nspec: {to: [{targetRef: {kind: Mesh}, default: {interval: 0s, unhealthyThreshold: 0, healthyThreshold: 1001, intervalJitterPercent: 101, http: {path: health, expectedStatuses: [99], headers: [{name: 'a b', value: c}, {name: x-mesh-probe, value: 'no'}]}}}]}", "spec.to[0].default.interval: must be greater than zero but is 0s; leave it out for the default", "spec.to[0].default.unhealthyThreshold: must be between 1 and 1000 but is 0", "spec.to[0].default.healthyThreshold: must be between 1 and 1000 but is 1001", "spec.to[0].default.intervalJitterPercent: must be between 0 and 100 but is 101", "spec.to[0].default.http.path: must begin with / and hold no spaces but is \"health\"", "spec.to[0].default.http.expectedStatuses[0]: must be between 100 and 599 but is 99", "spec.to[0].default.http.headers[0].name: must be a header name*", "spec.to[0].default.http.headers[1].name: is x-mesh-probe, and headers that begin so are the mesh's own; take another name")]
    [InlineData("kind: HealthCheck\nspec: {to: [{targetRef: {kind: Mesh}, default: {http: {expectedStatuses: []}, tcp: {send: '!', receive: ['']}, grpc: {serviceName: 'a b'}}}]}", "spec.to[0].default.http.expectedStatuses: is empty, so that no replica would ever be well; name a status, or leave it out for 200", "spec.to[0].default.tcp.send: must be 1 to 4096 bytes in base64 but is \"!\"", "spec.to[0].default.tcp.receive[0]: must be 1 to 4096 bytes in base64 but is \"\"", "spec.to[0].default.grpc.serviceName: must be 1 to 255 printable characters without spaces but is \"a b\"")]
    [InlineData("kind: CircuitBreaker\nspec: {}", "spec: says nothing; add an entry to to or rules")]
    [InlineData("kind: CircuitBreaker\nspec: {rules: [{matches: [{service: a}], default: {connectionLimits: {maxConnections: 0, maxPendingRequests: 1, maxRequests: 1000001}}}]}", "spec.rules[0].default.connectionLimits.maxConnections: must be between 1 and 1000000 but is 0; leave it out for no limit", "spec.rules[0].default.connectionLimits.maxRequests: must be between 1 and 1000000 but is 1000001; leave it out for no limit", "spec.rules[0].default.connectionLimits.maxPendingRequests: is for all callers together, who share the connections to the app; move it to an entry without matches")]
    [InlineData("kind: CircuitBreaker\nspec: {to: [{targetRef: {kind: Mesh}, default: {connectionLimits: {maxConnections: 0, maxPendingRequests: -1, maxRequests: 1000001, maxRetries: -1}}}]}", "spec.to[0].default.connectionLimits.maxConnections: must be between 1 and 1000000 but is 0; leave it out for no limit", "spec.to[0].default.connectionLimits.maxPendingRequests: must be between 1 and 1000000 but is -1; leave it out for no limit", "spec.to[0].default.connectionLimits.maxRequests: must be between 1 and 1000000 but is 1000001; leave it out for no limit", "spec.to[0].default.connectionLimits.maxRetries: must be between 0 and 1000000 but is -1; leave it out for no limit but the budget of Retry")]
    [InlineData("kind: CircuitBreaker\nspec: {to: [{targetRef: {kind: Mesh}, default: {outlierDetection: {interval: 0s, baseEjectionTime: 2s, maxEjectionTime: 1s, maxEjectionPercent: 101, healthyPanicThreshold: -1}}}]}", "spec.to[0].default.outlierDetection.interval: must be greater than zero but is 0s; leave it out for the default", "spec.to[0].default.outlierDetection.maxEjectionTime: must not be less than baseEjectionTime (2s) but is 1s", "spec.to[0].default.outlierDetection.maxEjectionPercent: must be between 0 and 100 but is 101", "spec.to[0].default.outlierDetection.healthyPanicThreshold: must be between 0 and 100 but is -1; 0 switches it off")]
    [InlineData("kind: CircuitBreaker\nspec: {to: [{targetRef: {kind: Mesh}, default: {outlierDetection: {splitExternalAndLocalErrors: false, detectors: {totalFailures: {consecutive: 0}, localOriginFailures: {}, successRate: {minimumHosts: 0, standardDeviationFactor: 0}, failurePercentage: {requestVolume: 0, threshold: 101}}}}}]}", "spec.to[0].default.outlierDetection.splitExternalAndLocalErrors: is false, and localOriginFailures counts only what is split; leave one of them out", "spec.to[0].default.outlierDetection.detectors.totalFailures.consecutive: must be between 1 and 1000000 but is 0", "spec.to[0].default.outlierDetection.detectors.successRate.minimumHosts: must be between 1 and 1000000 but is 0", "spec.to[0].default.outlierDetection.detectors.successRate.standardDeviationFactor: must be between 0.001 and 100 but is 0", "spec.to[0].default.outlierDetection.detectors.failurePercentage.requestVolume: must be between 1 and 1000000 but is 0", "spec.to[0].default.outlierDetection.detectors.failurePercentage.threshold: must be between 1 and 100 but is 101")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {localityAwareness: {crossZone: {failoverThreshold: {percentage: 0}}}}}]}", "spec.to[0].default.localityAwareness.crossZone.failoverThreshold.percentage: must be between 1 and 100 but is 0")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {localityAwareness: {crossZone: {failover: [{to: {type: Only}}, {to: {type: Any, zones: [a]}}]}}}}]}", "spec.to[0].default.localityAwareness.crossZone.failover[0].to.zones: is missing; name the zones, or use type Any or None", "spec.to[0].default.localityAwareness.crossZone.failover[1].to.zones: means nothing with type Any; leave it out, or use type Only or AnyExcept")]
    [InlineData("kind: LoadBalancing\nspec: {to: [{targetRef: {kind: Mesh}, default: {localityAwareness: {crossZone: {failover: [{}]}}}}]}", "spec.to[0].default.localityAwareness.crossZone.failover[0].to: is missing; add it")]
    public void Read_Wrong_SaysWhatAndTheCure(string changes, params string[] expected)
    {
        var read = Read(Complete(changes));

        Assert.Null(read.Resource);
        Assert.Equal(expected.Length, read.Violations.Length);
        foreach (var (violation, text) in read.Violations.Zip(expected))
        {
            if (text.EndsWith('*'))
            {
                Assert.StartsWith(text[..^1], violation.ToString(), StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(text, violation.ToString());
            }
        }
    }

    [Fact]
    public void Read_SeveralWrong_SaysAllWithLines()
    {
        var read = Read("""
            apiVersion: mesh.dev/v1alpha1
            kind: Timeout
            metadata:
              name: UPPER
            spec:
              targetRef: {kind: Service}
              to:
              - targetRef: {kind: Mesh}
                default:
                  connect: -1s
                  request: soon
                  whatever: 1
            """);

        Assert.Equal([4, 6, 10, 11, 12], read.Violations.Select(v => v.Line));
    }

    [Theory]
    [InlineData("1h30m", 5400_000)]
    [InlineData("500ms", 500)]
    [InlineData("0s", 0)]
    [InlineData("90s", 90_000)]
    [InlineData("1.5s", null)]
    [InlineData("s", null)]
    [InlineData("", null)]
    [InlineData("5", null)]
    [InlineData("5s5", null)]
    [InlineData("9999999999s", null)]
    [InlineData("300000000h", null)]
    [InlineData("999999999h999999999h999999999h999999999h", null)]
    [InlineData("256204778h48m5s478ms", null)]
    [InlineData("-1s", null)]
    public void Duration_Text_IsReadOrRefused(string text, int? milliseconds)
    {
        var ok = Model.Policies.Duration.TryParse(text, out var value);

        Assert.Equal(milliseconds is not null, ok);
        Assert.Equal(milliseconds ?? value.TotalMilliseconds, value.TotalMilliseconds);
    }

    [Fact]
    public void Read_DurationBeyondAllBounds_IsRefusedWithTheLongestThereIs()
    {
        var read = Read("""
            apiVersion: mesh.dev/v1alpha1
            kind: Timeout
            metadata: {name: calm}
            spec:
              to:
              - targetRef: {kind: Mesh}
                default: {request: 300000000h, connect: 577h}
            """);

        Assert.Equal(
            ["spec.to[0].default.request: must be a duration such as 500ms, 5s, 1m or 1h but is \"300000000h\"; nothing lasts longer than 576h",
             "spec.to[0].default.connect: must be at most 576h but is 577h"],
            read.Violations.Select(v => v.ToString()));
    }

    [Theory]
    [InlineData("{\"a\": 1, \"a\": 2}", 1, "a: is there a second time; keep one of them")]
    [InlineData("{\n\"a\": [\n1, x]}", 3, "(document): is not JSON")]
    [InlineData("[5]", 1, "(document): must be an object")]
    [InlineData("", 1, "(document): is not JSON")]
    public void ReadJson_Broken_SaysWhere(string json, int line, string text)
    {
        var violation = Assert.Single(JsonDocumentReader.Read(json, "x.json").Violations);

        Assert.Equal(line, violation.Line);
        Assert.StartsWith(text, violation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadJson_Deep_IsRefused()
    {
        Assert.Single(JsonDocumentReader.Read(new string('[', 100_000), "x.json").Violations);
    }

    [Fact]
    public void ReadJson_ListWithLines_KeepsThem()
    {
        var read = JsonDocumentReader.Read("[\n  {\"kind\": \"A\"}, // first\n  {\n    \"spec\": {\"a\": 1}}]", "x.json");

        Assert.Equal([2, 3], read.Documents.Select(d => d.Line));
        Assert.Equal(4, read.Documents[1].LineOf(new("spec.a")));
    }

    private static ResourceReadResult Read(string yaml) => ResourceReader.Read(DocumentReader.ReadYaml(yaml, "x.yaml").Documents.Single());

    // What a test does not write itself is a valid Timeout.
    private static string Complete(string changes)
    {
        string[] whole = ["apiVersion: mesh.dev/v1alpha1", "kind: Timeout", "metadata: {name: test}", "spec: {rules: [{default: {request: 1s}}]}"];
        return string.Join('\n', whole.Where(line => !changes.Split('\n').Any(c => c.StartsWith(line.Split(':')[0] + ":", StringComparison.Ordinal)))) + "\n" + changes;
    }
}
