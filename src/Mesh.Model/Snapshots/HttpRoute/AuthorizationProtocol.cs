namespace Mesh.Model.Snapshots;

/// <summary>What an authorization service is asked in.</summary>
public enum AuthorizationProtocol
{
    /// <summary>A request like the one to be authorized, answered with 200 if it may pass.</summary>
    Http,

    /// <summary>Envoy's <c>envoy.service.auth.v3.Authorization/Check</c>.</summary>
    Grpc,
}
