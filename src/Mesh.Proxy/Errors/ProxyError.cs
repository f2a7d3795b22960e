namespace Mesh.Proxy.Errors;

/// <summary>Every error that a proxy makes by itself; closed, so that each one has a cure. What an app answers is never one of these.</summary>
internal enum ProxyError
{
    /// <summary>The path can be read in two ways, so a permission on it could be evaded.</summary>
    AmbiguousPath,

    /// <summary>The caller went away before the answer.</summary>
    ClientClosed,

    /// <summary>The request itself is broken HTTP, or its body stopped.</summary>
    BadRequest,

    /// <summary>A front door's Host, Origin or process check said no.</summary>
    FrontDoorRefused,

    /// <summary>A loopback listener of this proxy is not for that process.</summary>
    OutboundRefused,

    /// <summary>No rule of the route table matches.</summary>
    NoRoute,

    /// <summary>A rule answers by itself because its backends do not exist.</summary>
    NoBackends,

    /// <summary>This share of a split goes to a backend that does not exist.</summary>
    BackendMissing,

    /// <summary>No permission lets this caller do this.</summary>
    PermissionDenied,

    /// <summary>A permission would let the request pass with a token, and it carries none.</summary>
    TokenRequired,

    /// <summary>The request carries a token that is not valid here.</summary>
    TokenInvalid,

    /// <summary>The keys by which the request's token would be verified cannot be had.</summary>
    TokenKeysUnavailable,

    /// <summary>The service that a route asks about its requests said no.</summary>
    AuthorizationDenied,

    /// <summary>The service that a route asks about its requests gave no answer.</summary>
    AuthorizationUnavailable,

    /// <summary>The app was given an address for this call, but no declared edge stands behind it (any more).</summary>
    EdgeRevoked,

    /// <summary>A RateLimit policy lets no more in for now.</summary>
    RateLimited,

    /// <summary>Somebody asked for it: a fault that ends by itself.</summary>
    FaultInjected,

    /// <summary>So much is under way towards the called service that a CircuitBreaker policy lets nothing more in.</summary>
    UpstreamOverflow,

    /// <summary>The whole request took longer than its Timeout policy allows.</summary>
    RequestTimeout,

    /// <summary>No attempt's response began within the time a Retry policy gives it.</summary>
    PerTryTimeout,

    /// <summary>No byte moved for as long as a Timeout policy allows.</summary>
    StreamIdle,

    /// <summary>No replica is ready.</summary>
    NoEndpoints,

    /// <summary>No connection to the replica.</summary>
    ConnectFailed,

    /// <summary>The replica did not accept within the connect timeout.</summary>
    ConnectTimeout,

    /// <summary>The TLS handshake failed: one side refused the other's certificate, name or protocol.</summary>
    HandshakeFailed,

    /// <summary>The connection broke before the response began.</summary>
    UpstreamReset,

    /// <summary>The far end did not take the request: provably not processed.</summary>
    UpstreamRefused,

    /// <summary>What came back is not the protocol that was declared.</summary>
    UpstreamProtocol,

    /// <summary>The app behind this proxy does not listen (any more).</summary>
    AppUnreachable,

    /// <summary>The app behind this proxy speaks TLS with a certificate that nothing on this machine vouches for.</summary>
    AppCertificate,

    /// <summary>This proxy has no valid certificate, so it neither sends nor takes plaintext instead.</summary>
    IdentityUnavailable,

    /// <summary>The certificate has ended that the caller showed when it opened the connection.</summary>
    IdentityExpired,

    /// <summary>This proxy has no configuration yet.</summary>
    NoConfiguration,

    /// <summary>This proxy is shutting down.</summary>
    Draining,

    /// <summary>A defect of the proxy.</summary>
    Internal,
}
