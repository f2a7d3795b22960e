using Mesh.Model.Serialization;
using Mesh.Model.Serialization.Schemas;


namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>The spec of kind TrafficPermission.</summary>
internal static class TrafficPermissionSchema
{
    private static readonly ObjectSchema<GrpcMethod> Grpc = new ObjectSchema<GrpcMethod>(() => new(""))
        .Field("service", TextSchema.Any, x => x.Service, (x, v) => x with { Service = v }, required: true)
        .Field("method", TextSchema.Any, x => x.Method, (x, v) => x with { Method = v });

    // Empty lists of what has to match would read like "none" but mean "any".
    private static readonly ObjectSchema<CallerMatch> Caller = new ObjectSchema<CallerMatch>(() => new())
        .Field("service", TextSchema.Any, x => x.Service, (x, v) => x with { Service = v })
        .Field("spiffeId", SharedSchemas.Principal, x => x.SpiffeId, (x, v) => x with { SpiffeId = v })
        .Value("anyone", BooleanSchema.Any, x => x.Anyone ? true : null, (x, v) => x with { Anyone = v })
        .List("methods", TextSchema.Any, x => x.Methods, (x, v) => x with { Methods = v }, mayBeEmpty: false)
        .List("paths", SharedSchemas.Path, x => x.Paths, (x, v) => x with { Paths = v }, mayBeEmpty: false)
        .List("grpc", Grpc, x => x.Grpc, (x, v) => x with { Grpc = v }, mayBeEmpty: false)
        .List("headers", SharedSchemas.Value, x => x.Headers, (x, v) => x with { Headers = v }, mayBeEmpty: false)
        .Field("jwt", JwtSchemas.Match, x => x.Jwt, (x, v) => x with { Jwt = v });

    private static readonly ObjectSchema<PermissionSettings> Settings = new ObjectSchema<PermissionSettings>(() => new())
        .List("deny", Caller, x => x.Deny, (x, v) => x with { Deny = v })
        .List("allow", Caller, x => x.Allow, (x, v) => x with { Allow = v })
        .List("allowOnly", Caller, x => x.AllowOnly, (x, v) => x with { AllowOnly = v })
        .List("allowWithShadowDeny", Caller, x => x.AllowWithShadowDeny, (x, v) => x with { AllowWithShadowDeny = v });

    public static ObjectSchema<TrafficPermissionPolicy> Spec { get; } = SharedSchemas.Spec<TrafficPermissionPolicy>()
        .List("jwtProviders", JwtSchemas.Provider, x => x.JwtProviders, (x, v) => x with { JwtProviders = v })
        .List("rules", SharedSchemas.Rule(Settings), x => x.Rules, (x, v) => x with { Rules = v });

    /// <summary>One entry on its own, to compare entries of two versions by what they say.</summary>
    public static string Canonical(CallerMatch caller) => JsonDocumentWriter.Write(Caller.Write(caller));

    /// <summary>Providers on their own, likewise.</summary>
    public static string Canonical(IEnumerable<JwtProvider> providers) => string.Join('\n', providers.Select(provider => JsonDocumentWriter.Write(JwtSchemas.Provider.Write(provider))));
}
