using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// What a bad file still grants. Its last good version stays, but who may call whom is taken from what the file says now: nothing that was taken out of it is kept alive by a mistake elsewhere.
/// </summary>
internal static partial class PermissionKeeping
{
    /// <summary>The last good version with permissions as narrow as the file says now, and the permission documents of the file that are in order.</summary>
    /// <param name="lastGood">The last version in which nothing was wrong.</param>
    /// <param name="read">The documents of the file as they are now.</param>
    /// <param name="unreadable">Those of them that could not be read at all, as text.</param>
    public static ImmutableArray<DeclaredResource> Apply(
        ImmutableArray<DeclaredResource> lastGood, ImmutableArray<ResourceReadResult> read, ImmutableArray<string> unreadable)
    {
        var kept = ImmutableArray.CreateBuilder<DeclaredResource>();
        foreach (var resource in lastGood)
        {
            var now = read.FirstOrDefault(r => r.Key == resource.Key);
            switch (resource)
            {
                case TrafficPermissionPolicy permission:
                    if (Permission(permission, now, unreadable) is { } narrowed)
                    {
                        kept.Add(narrowed);
                    }

                    break;
                case ServiceResource service:
                    kept.Add(service with { Uses = Uses(service, now, unreadable) });
                    break;
                default:
                    kept.Add(resource);
                    break;
            }
        }

        // New permission documents count at once, those with a mistake for what they deny: a denial must not wait for someone to mend a route.
        foreach (var result in read.Where(r => r.Key is { Kind: TrafficPermissionPolicy.KindName } key && lastGood.All(l => l.Key != key)))
        {
            if ((result.Resource as TrafficPermissionPolicy ?? PermissionNarrowing.Narrow(result, lastGood: null)) is { } permission)
            {
                kept.Add(permission);
            }
        }

        return kept.ToImmutable();
    }

    private static TrafficPermissionPolicy? Permission(TrafficPermissionPolicy lastGood, ResourceReadResult? now, ImmutableArray<string> unreadable)
    {
        if (now is not null)
        {
            return now.Resource as TrafficPermissionPolicy ?? Narrow(lastGood, now);
        }

        // Gone from the file, unless it is in a part that cannot be read; then a grant stays only while its caller is still written there.
        return Find(unreadable, lastGood) is { } text ? Named(lastGood, text) : null;
    }

    private static TrafficPermissionPolicy? Narrow(TrafficPermissionPolicy lastGood, ResourceReadResult now)
    {
        var narrowed = PermissionNarrowing.Narrow(now, lastGood);

        // The model knows nothing better than the last version where entries cannot be counted, such as below a misspelt name. Whoever is not written there at all is out all the same.
        return ReferenceEquals(narrowed, lastGood) && now.Partial?.Source is MeshDocument document ? Named(lastGood, JsonDocumentWriter.Write(document.Root)) : narrowed;
    }

    private static TrafficPermissionPolicy Named(TrafficPermissionPolicy lastGood, string text) => lastGood with
    {
        Rules =
        [
            .. lastGood.Rules.Select(rule => rule with
            {
                Default = rule.Default with
                {
                    Allow = [.. rule.Default.Allow.Where(caller => IsNamed(caller, text))],
                    AllowOnly = [.. rule.Default.AllowOnly.Select(caller => IsNamed(caller, text) ? caller : caller.Nothing)],
                    AllowWithShadowDeny = [.. rule.Default.AllowWithShadowDeny.Where(caller => IsNamed(caller, text))],
                },
            }),
        ],
    };

    private static bool IsNamed(CallerMatch caller, string text) => Mentions(text, caller.Anyone ? "anyone" : caller.Service ?? caller.SpiffeId?.Value ?? "");

    private static ImmutableArray<string> Uses(ServiceResource lastGood, ResourceReadResult? now, ImmutableArray<string> unreadable)
    {
        if ((now?.Resource ?? now?.Partial) is ServiceResource service)
        {
            return [.. lastGood.Uses.Where(service.Uses.Contains)];
        }

        return Find(unreadable, lastGood) is { } text ? [.. lastGood.Uses.Where(use => Mentions(text, use))] : [];
    }

    private static string? Find(ImmutableArray<string> unreadable, DeclaredResource resource) => 
        unreadable.FirstOrDefault(text => Mentions(text, resource.Kind) && Mentions(text, resource.Metadata.Name));

    // As a whole word, and not in a comment: commenting a caller out is how people revoke it.
    private static bool Mentions(string text, string word)
    {
        var bare = Comment().Replace(text, "");
        for (var at = bare.IndexOf(word, StringComparison.Ordinal); word.Length > 0 && at >= 0; at = bare.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            if ((at == 0 || !IsPart(bare[at - 1])) && (at + word.Length == bare.Length || !IsPart(bare[at + word.Length])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/' or '.';

    [GeneratedRegex(@"(?<=^|\s)#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
