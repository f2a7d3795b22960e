namespace Mesh.Proxy.Errors;

/// <summary>The one place that gives each error its code, status and cure; <c>docs/errors.md</c> is the same table.</summary>
internal static class ErrorCatalog
{
    // gRPC status codes, https://grpc.github.io/grpc/core/md_doc_statuscodes.html
    private const int Cancelled = 1;
    private const int InvalidArgument = 3;
    private const int DeadlineExceeded = 4;
    private const int PermissionDenied = 7;
    private const int ResourceExhausted = 8;
    private const int Unimplemented = 12;
    private const int InternalError = 13;
    private const int Unavailable = 14;
    private const int Unauthenticated = 16;

    private static readonly ErrorEntry[] Entries = [.. Enum.GetValues<ProxyError>().Select(Describe)];

    /// <summary>The entry of an error.</summary>
    public static ErrorEntry Of(ProxyError error) => Entries[(int)error];

    private static ErrorEntry Describe(ProxyError error) => error switch
    {
        ProxyError.AmbiguousPath => new("ambiguous_path", Blame.Client, 400, InvalidArgument, "Send the path without backslashes and dot segments; where policies name paths also without encoded slashes, empty segments and anything that is encoded twice."),
        ProxyError.ClientClosed => new("client_closed", Blame.Client, 499, Cancelled, "Nothing to do; the caller gave up."),
        ProxyError.BadRequest => new("bad_request", Blame.Client, 400, InvalidArgument, "Look at how the caller writes its request; its head or body is not valid HTTP."),
        ProxyError.FrontDoorRefused => new("front_door_refused", Blame.Client, 403, PermissionDenied, "Use the address that the mesh printed, from a browser tab of its own or curl, and not from another web page."),
        ProxyError.OutboundRefused => new("outbound_refused", Blame.Client, 403, PermissionDenied, "Call through your own sidecar's listener; this one belongs to another service."),
        ProxyError.NoRoute => new("no_route", Blame.Policy, 404, Unimplemented, "Add a rule to the HttpRoute that matches this request, or call a path that one matches."),
        ProxyError.NoBackends => new("no_backends", Blame.Policy, 500, Unavailable, "Name a backend in the HttpRoute that exists and that the caller uses."),
        ProxyError.BackendMissing => new("backend_missing", Blame.Policy, 500, Unavailable, "Name a backend in the HttpRoute that exists and that the caller uses."),
        ProxyError.PermissionDenied => new("permission_denied", Blame.Policy, 403, PermissionDenied, "Declare that the caller uses this service, or allow it with a TrafficPermission."),
        ProxyError.TokenRequired => new("token_required", Blame.Client, 401, Unauthenticated, "Send a token of an issuer that the TrafficPermission names, where it says that tokens are looked for."),
        ProxyError.TokenInvalid => new("token_invalid", Blame.Client, 401, Unauthenticated, "Get a new token from its issuer, for the audience that the TrafficPermission names; the caller may look into its own, the mesh shows none."),
        ProxyError.TokenKeysUnavailable => new("token_keys_unavailable", Blame.Upstream, 503, Unavailable, "See whether the sidecar of the called service reaches the issuer's keys; its log says what it tried, and how long old keys are used is in the TrafficPermission."),
        ProxyError.AuthorizationDenied => new("authorization_denied", Blame.Policy, 403, PermissionDenied, "Send what the authorization service wants to see, or change the ExternalAuth filter of the route."),
        ProxyError.AuthorizationUnavailable => new("authorization_unavailable", Blame.Upstream, 503, Unavailable, "See whether the service that the route's ExternalAuth filter names runs, answers in time and lets this caller in."),
        ProxyError.EdgeRevoked => new("edge_revoked", Blame.Policy, 403, PermissionDenied, "Declare again that the caller uses this service (uses in mesh.yaml or in its Service document, WithReference in an AppHost); the address works again at once."),
        ProxyError.RateLimited => new("rate_limited", Blame.Policy, 429, ResourceExhausted, "Send less, come back after as many seconds as Retry-After says, or give the caller more in the RateLimit policy."),
        ProxyError.FaultInjected => new("fault_injected", Blame.Policy, 503, Unavailable, "Nothing is broken: somebody asked for this fault and it ends by itself; mesh fault list shows it, mesh fault remove ends it now."),
        ProxyError.UpstreamOverflow => new("upstream_overflow", Blame.Policy, 503, Unavailable, "Send less at a time, give the called service more replicas, or raise the limit in the CircuitBreaker policy."),
        ProxyError.RequestTimeout => new("request_timeout", Blame.Policy, 504, DeadlineExceeded, "Make the called service faster, or give the request more time in the Timeout policy."),
        ProxyError.PerTryTimeout => new("per_try_timeout", Blame.Policy, 504, DeadlineExceeded, "Make the called service faster, or give an attempt more time in the Retry policy."),
        ProxyError.StreamIdle => new("stream_idle", Blame.Policy, 504, DeadlineExceeded, "Send something now and then, or raise streamIdle in the Timeout policy."),
        ProxyError.NoEndpoints => new("no_endpoints", Blame.Upstream, 503, Unavailable, "Start the called service; it has no replica whose app accepts connections."),
        ProxyError.ConnectFailed => new("connect_failed", Blame.Upstream, 503, Unavailable, "See whether the called service's sidecar runs and its mesh door can be reached."),
        ProxyError.ConnectTimeout => new("connect_timeout", Blame.Upstream, 503, Unavailable, "See whether the called service's sidecar runs and answers, and whether a firewall is between."),
        ProxyError.HandshakeFailed => new("handshake_failed", Blame.Upstream, 503, Unavailable, "See the log of both sidecars: one refused the other's certificate, server name or protocol."),
        ProxyError.UpstreamReset => new("upstream_reset", Blame.Upstream, 502, Unavailable, "See why the called service closed the connection before it answered."),
        ProxyError.UpstreamRefused => new("upstream_refused", Blame.Upstream, 503, Unavailable, "Try again: the called service took no part of the request because it refused the stream or ended its HTTP/2 connection; a Retry policy with RefusedStream does that by itself."),
        ProxyError.UpstreamProtocol => new("upstream_protocol_error", Blame.Upstream, 502, InternalError, "Compare the port's declared protocol with what the app speaks there."),
        ProxyError.AppUnreachable => new("app_unreachable", Blame.Upstream, 503, Unavailable, "See whether the app runs and listens where its sidecar looks for it."),
        ProxyError.AppCertificate => new("app_certificate_untrusted", Blame.Upstream, 503, Unavailable, "Let the app use the certificate that its sidecar has as serverCertificate (ASP.NET Core: the development certificate), or one that this machine trusts for localhost."),
        ProxyError.IdentityUnavailable => new("identity_unavailable", Blame.Mesh, 503, Unavailable, "See whether the control plane is up and the sidecar's token valid; it has no certificate."),
        ProxyError.IdentityExpired => new("identity_expired", Blame.Client, 503, Unavailable, "Open a new connection with the caller's new certificate; where it has none, see why it was not renewed."),
        ProxyError.NoConfiguration => new("no_configuration", Blame.Mesh, 503, Unavailable, "See whether the control plane is up; the sidecar has no configuration yet."),
        ProxyError.Draining => new("draining", Blame.Mesh, 503, Unavailable, "Try again; this replica is shutting down."),
        ProxyError.Internal => new("internal", Blame.Mesh, 500, InternalError, "Report it with the sidecar's log; this is a defect of the mesh."),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "An error without an entry."),
    };
}
