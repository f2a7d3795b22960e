using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using HashPolicyMessage = Envoy.Config.Route.V3.RouteAction.Types.HashPolicy;

namespace Mesh.Xds.Codecs;

/// <summary>What of a request is hashed. Where a request comes from is, beside the app, the replica of the caller: as the source address is to an Envoy at that place.</summary>
internal static class HashPolicyCodec
{
    public static IEnumerable<HashPolicyMessage> Encode(ImmutableArray<HashPolicy> policies) => policies.Select(Encode);

    public static ImmutableArray<HashPolicy> Decode(IEnumerable<HashPolicyMessage> policies, string where) => [.. policies.Select(policy => Decode(policy, where))];

    private static HashPolicyMessage Encode(HashPolicy policy)
    {
        var message = new HashPolicyMessage { Terminal = policy.Terminal };
        switch (policy.Kind)
        {
            case HashPolicyKind.Header:
                message.Header = new() { HeaderName = policy.Name };
                break;
            case HashPolicyKind.Cookie:
                message.Cookie = new() { Name = policy.Name, Ttl = policy.Ttl is { } ttl ? Duration.FromTimeSpan(ttl) : null, Path = policy.Path ?? "" };
                break;
            case HashPolicyKind.QueryParameter:
                message.QueryParameter = new() { Name = policy.Name };
                break;
            case HashPolicyKind.Source:
                message.ConnectionProperties = new() { SourceIp = true };
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(policy), policy.Kind, null);
        }

        return message;
    }

    private static HashPolicy Decode(HashPolicyMessage message, string where)
    {
        var policy = message.PolicySpecifierCase switch
        {
            HashPolicyMessage.PolicySpecifierOneofCase.Header => new HashPolicy(HashPolicyKind.Header, message.Header.HeaderName),
            HashPolicyMessage.PolicySpecifierOneofCase.Cookie => new HashPolicy(HashPolicyKind.Cookie, message.Cookie.Name)
            {
                Ttl = message.Cookie.Ttl?.ToTimeSpan(),
                Path = message.Cookie.Path.Length > 0 ? message.Cookie.Path : null,
            },
            HashPolicyMessage.PolicySpecifierOneofCase.QueryParameter => new HashPolicy(HashPolicyKind.QueryParameter, message.QueryParameter.Name),
            HashPolicyMessage.PolicySpecifierOneofCase.ConnectionProperties when message.ConnectionProperties.SourceIp => new HashPolicy(HashPolicyKind.Source),
            _ => throw new ResourceRefusedException($"{where}.hash_policy: {message.PolicySpecifierCase} is not supported"),
        };
        return policy with { Terminal = message.Terminal };
    }
}
