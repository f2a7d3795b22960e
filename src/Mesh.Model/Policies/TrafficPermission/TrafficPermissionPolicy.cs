using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Who may call the services it is for. The lists of its rules add up. Deny beats allow over all policies; what nothing allows is refused.</summary>
public sealed record TrafficPermissionPolicy : InboundPolicy<PermissionSettings>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "TrafficPermission";

    /// <inheritdoc />
    public override string Kind => KindName;

    /// <summary>Whose JSON Web Tokens the entries may ask for. A request with a token that none of them takes is refused.</summary>
    public ImmutableArray<JwtProvider> JwtProviders { get; init; } = [];

    /// <inheritdoc />
    public override Policy With(Policy more) => (TrafficPermissionPolicy)base.With(more) with
    {
        JwtProviders = [.. JwtProviders, .. ((TrafficPermissionPolicy)more).JwtProviders.Where(p => !JwtProviders.Any(p.SaysAs))],
    };

    internal override IEnumerable<(CallerRef Caller, FieldPath At)> Callers =>
        from rule in Rules.Select((rule, r) => (rule.Default, At: (SpecPath / "rules")[r] / "default"))
        from list in rule.Default.Lists
        from caller in list.Callers.Select((match, i) => (match.Caller, (rule.At / list.Name)[i]))
        select caller;

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. TargetRef.Validate(at / "targetRef"),
        .. JwtProviders.SelectMany((provider, i) => provider.Validate((at / "jwtProviders")[i])),
        .. Twice((at / "jwtProviders")),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
        .. Rules.SelectMany((item, i) => Known(item.Default, (at / "rules")[i] / "default")),
    ];

    private IEnumerable<Violation> Twice(FieldPath at)
    {
        for (var i = 1; i < JwtProviders.Length; i++)
        {
            if (JwtProviders[..i].Any(other => other.Name == JwtProviders[i].Name))
            {
                yield return new(at[i] / "name", $"is taken: an earlier provider is {Wording.Quote(JwtProviders[i].Name)} too");
            }
            else if (JwtProviders[..i].Any(other => other.Issuer == JwtProviders[i].Issuer))
            {
                yield return new(at[i] / "issuer", $"is that of an earlier provider; list all audiences of {Wording.Quote(JwtProviders[i].Issuer)} there");
            }
        }
    }

    private IEnumerable<Violation> Known(PermissionSettings settings, FieldPath at)
    {
        foreach (var (list, callers) in settings.Lists)
        {
            for (var i = 0; i < callers.Length; i++)
            {
                if (callers[i].Jwt is not { } jwt)
                {
                    continue;
                }

                var where = (at / list)[i] / "jwt";
                if (JwtProviders.IsEmpty)
                {
                    yield return new(where, "asks for a token, but the policy names nobody who issues them; add spec.jwtProviders");
                }
                else if (jwt.Provider is not null && JwtProviders.All(provider => provider.Name != jwt.Provider))
                {
                    yield return new(where / "provider", $"must be {Wording.OneOf([.. JwtProviders.Select(provider => provider.Name)])} but is {Wording.Quote(jwt.Provider)}");
                }
            }
        }
    }
}
