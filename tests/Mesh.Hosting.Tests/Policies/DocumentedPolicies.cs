using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

/// <summary>The C# examples of docs/policies, between marks that carry the policy's kind.</summary>
internal static class DocumentedPolicies
{
    public static IReadOnlyDictionary<string, Action<ShopApp>> All { get; } = new Dictionary<string, Action<ShopApp>>
    {
        ["TrafficPermission"] = TrafficPermission,
        ["HttpRoute"] = HttpRoute,
        ["GrpcRoute"] = GrpcRoute,
        ["TcpRoute"] = TcpRoute,
        ["Timeout"] = Timeout,
        ["Retry"] = Retry,
        ["LoadBalancing"] = LoadBalancing,
        ["RateLimit"] = RateLimit,
        ["AccessLog"] = AccessLog,
        ["Telemetry"] = Telemetry,
        ["Tls"] = Tls,
        ["CircuitBreaker"] = CircuitBreaker,
        ["HealthCheck"] = HealthCheck,
    };

    private static void TrafficPermission(ShopApp app)
    {
        var (mesh, storefront, backoffice, orders) = (app.Mesh, app.Storefront, app.Backoffice, app.Orders);

        // <TrafficPermission>
        var accounts = new MeshTokenIssuer { Name = "accounts", Issuer = "https://login.example/", Audiences = ["orders"], KeysUrl = "https://login.example/keys" };

        mesh.Deny(storefront, orders, r => r.Methods = ["DELETE"]);
        mesh.Allow(backoffice, orders, r => r.PathPrefixes = ["/reports"]);
        mesh.Allow(backoffice, orders, r =>
        {
            r.Methods = ["POST"];
            r.Token = new MeshToken { Issuer = accounts, Claims = [new MeshClaim { Path = ["scope"], Contains = ["orders.write"] }] };
        });
        // </TrafficPermission>
    }

    private static void HttpRoute(ShopApp app)
    {
        var (orders, ordersNext, backoffice) = (app.Orders, app.OrdersNext, app.Backoffice);

        // <HttpRoute>
        orders.WithMeshRoute(route =>
        {
            route.Rule("beta").When(m => m.Header("x-beta", "1")).To(ordersNext);
            route.Rule("pages").When(m => m.PathPrefix("/cart"))
                .Mirror(ordersNext, percent: 10)
                .Authorize(backoffice, new() { Path = "/may", ResponseHeaders = ["x-user"] })
                .Cors(new() { AllowOrigins = ["https://shop.example"], AllowMethods = ["PUT"] })
                .Timeouts(new() { Request = TimeSpan.FromSeconds(10) })
                .Retry(new() { Codes = [503], Attempts = 3 })
                .KeepSessions(new() { Cookie = "cart" });
            route.Rule("rest").To(orders, weight: 90).To(ordersNext, weight: 10);
        });
        // </HttpRoute>
    }

    private static void GrpcRoute(ShopApp app)
    {
        var (inventory, inventoryNext) = (app.Inventory, app.InventoryNext);

        // <GrpcRoute>
        inventory.WithMeshGrpcRoute(route =>
        {
            route.Rule("writes").When(m => m.Service("shop.Inventory").Method("Reserve")).Mirror(inventoryNext, percent: 10);
            route.Rule("rest");
        });
        // </GrpcRoute>
    }

    private static void TcpRoute(ShopApp app)
    {
        var (postgres, postgresNew) = (app.Postgres, app.PostgresNew);

        // <TcpRoute>
        postgres.WithMeshTcpRoute(route => route.To(postgres, weight: 9).To(postgresNew));
        // </TcpRoute>
    }

    private static void Timeout(ShopApp app)
    {
        var orders = app.Orders;

        // <Timeout>
        orders.WithMeshTimeout(t =>
        {
            t.Connect = TimeSpan.FromSeconds(1);
            t.Request = TimeSpan.FromSeconds(10);
        });
        // </Timeout>
    }

    private static void Retry(ShopApp app)
    {
        var inventory = app.Inventory;

        // <Retry>
        inventory.WithMeshRetry(r =>
        {
            r.Grpc.NumRetries = 3;
            r.Grpc.RetryOn = [MeshGrpcRetryCondition.Unavailable];
            r.Budget.Percent = 10;
        });
        // </Retry>
    }

    private static void Telemetry(ShopApp app)
    {
        var orders = app.Orders;

        // <Telemetry>
        orders.WithMeshTelemetry(t =>
        {
            t.Sampling = 10;
            t.Tags =
            [
                new() { Name = "team", Value = "checkout" },
                new() { Name = "tenant", Header = "x-tenant", Default = "none", Metrics = true, MaxValues = 20 },
            ];
            t.DurationBuckets = [0.005, 0.05, 0.5, 5];
        });
        // </Telemetry>
    }

    private static void AccessLog(ShopApp app)
    {
        var orders = app.Orders;

        // <AccessLog>
        orders.WithMeshAccessLog(l =>
        {
            l.File = "/var/log/mesh/orders.log";
            l.Json = new Dictionary<string, string>
            {
                ["time"] = "%START_TIME%",
                ["caller"] = "%MESH_SOURCE_SERVICE%",
                ["path"] = "%REQ(:PATH)%",
                ["status"] = "%RESPONSE_CODE%",
                ["ms"] = "%DURATION%",
            };
            l.MinStatus = 400;
        });
        // </AccessLog>
    }

    private static void Tls(ShopApp app)
    {
        var orders = app.Orders;

        // <Tls>
        orders.WithMeshTls(t =>
        {
            t.MinVersion = MeshTlsVersion.Tls12;
            t.Ciphers = [MeshTlsCipher.Aes256Gcm];
        });
        // </Tls>
    }

    private static void RateLimit(ShopApp app)
    {
        var (storefront, orders) = (app.Storefront, app.Orders);

        // <RateLimit>
        orders.WithMeshRateLimit(l => (l.Requests, l.Burst) = (100, 200));
        orders.WithMeshRateLimit(
            l =>
            {
                l.Requests = 500;
                l.Routes =
                [
                    new() { Name = "reports", PathPrefix = "/reports", Requests = 5, Per = TimeSpan.FromMinutes(1) },
                    new() { Name = "gold", Header = "x-tier", HeaderValue = "gold", Requests = 1000 },
                ];
            },
            from: storefront);
        // </RateLimit>
    }

    private static void LoadBalancing(ShopApp app)
    {
        var orders = app.Orders;

        // <LoadBalancing>
        orders.WithMeshLoadBalancing(b =>
        {
            b.Type = MeshBalancing.RingHash;
            b.HashBy = [new() { Header = "customer" }];
            b.LocalityAwareness = new()
            {
                Failover = [new() { From = ["zurich"], To = ["geneva"] }, new()],
                FailoverThreshold = 60,
            };
        });
        // </LoadBalancing>
    }

    private static void CircuitBreaker(ShopApp app)
    {
        var (storefront, orders) = (app.Storefront, app.Orders);

        // <CircuitBreaker>
        orders.WithMeshCircuitBreaker(b =>
        {
            b.ConnectionLimits.MaxRequests = 200;
            b.ConnectionLimits.MaxRetries = 20;
            b.OutlierDetection = new()
            {
                BaseEjectionTime = TimeSpan.FromSeconds(15),
                MaxEjectionPercent = 50,
                GatewayFailures = new() { Consecutive = 3 },
                LocalOriginFailures = new(),
            };
        });
        orders.WithMeshInboundCircuitBreaker(b => b.MaxRequests = 100);
        orders.WithMeshInboundCircuitBreaker(b => b.MaxRequests = 20, from: storefront);
        // </CircuitBreaker>
    }

    private static void HealthCheck(ShopApp app)
    {
        var orders = app.Orders;

        // <HealthCheck>
        orders.WithMeshHealthCheck(c =>
        {
            c.Interval = TimeSpan.FromSeconds(10);
            c.Timeout = TimeSpan.FromSeconds(2);
            c.UnhealthyThreshold = 3;
            c.Http.Path = "/health";
        });
        // </HealthCheck>
    }
}
