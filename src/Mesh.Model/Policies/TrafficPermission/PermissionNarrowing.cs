using System.Collections.Immutable;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>
/// What stands for a TrafficPermission document that is wrong. It never allows what was not allowed before; what the new version takes away or denies in entries
/// that can be read is taken away and denied, although other entries are wrong (docs/decisions/0010-a-broken-permission-only-narrows.md).
/// </summary>
public static class PermissionNarrowing
{
    private static readonly string[] Lists = ["deny", "allow", "allowWithShadowDeny", "allowOnly"];

    /// <summary>Makes the policy to use in place of the document.</summary>
    /// <param name="wrong">The document as it was read, with its violations.</param>
    /// <param name="lastGood">The last version without violations; <see langword="null"/>: none is known.</param>
    /// <returns>The policy; <see langword="null"/>: nothing at all is known of the document, it allows nothing and denies nothing.</returns>
    public static TrafficPermissionPolicy? Narrow(ResourceReadResult wrong, TrafficPermissionPolicy? lastGood)
    {
        if (wrong.Partial is not TrafficPermissionPolicy partial)
        {
            return lastGood;
        }

        var reading = new Reading([.. wrong.Violations.Select(v => v.Path.Text)]);
        if (lastGood is null)
        {
            return WithoutPast(partial, reading);
        }

        // Where entries cannot even be counted nothing is known of what their author wants: as with a file that is half written.
        return reading.CanCount(partial.Rules.Length) ? Meet(lastGood, partial, reading) : lastGood;
    }

    // Denials of both versions. Of the permissions what both allow, and old ones of callers whose new entry is the one with the mistake.
    private static TrafficPermissionPolicy Meet(TrafficPermissionPolicy lastGood, TrafficPermissionPolicy partial, Reading reading)
    {
        var deny = lastGood.Rules.SelectMany(r => r.Default.Deny);

        // An edge that an old entry or one of this version stands in for stays shut, whatever else becomes of the entry.
        var shut = lastGood.Rules.Concat(partial.Rules).SelectMany(r => r.Default.AllowOnly).Where(IsReadable).Select(e => e.Nothing);
        var settings = new PermissionSettings { Deny = [.. deny], AllowOnly = [.. shut.Distinct()] };

        // A version about other ports says nothing about the old ones but that it is no longer about them.
        if (reading.IsFine(Reading.Target) && !SameTarget(lastGood.TargetRef, partial.TargetRef))
        {
            return With(lastGood, settings);
        }

        // Tokens are verified as the last version said: what the new one says of them may be what is wrong with it.
        var sameProviders = reading.AreProvidersFine && TrafficPermissionSchema.Canonical(lastGood.JwtProviders) == TrafficPermissionSchema.Canonical(partial.JwtProviders);
        return With(lastGood, settings with
        {
            Deny = [.. settings.Deny, .. Entries(partial, reading, 0, s => s.Deny, fine: true).Select(e => sameProviders ? e : e with { Jwt = null })],
            Allow = Permitted(s => s.Allow, 1),
            AllowOnly = [.. settings.AllowOnly, .. Permitted(s => s.AllowOnly, 3)],
            AllowWithShadowDeny = Permitted(s => s.AllowWithShadowDeny, 2),
        });

        ImmutableArray<CallerMatch> Permitted(Func<PermissionSettings, ImmutableArray<CallerMatch>> list, int index)
        {
            // What one version lets pass beside edges and the other instead of them is let pass by both.
            var old = lastGood.Rules.SelectMany(r => index == 2 ? list(r.Default) : r.Default.Allow.Concat(r.Default.AllowOnly)).ToList();
            var space = lastGood.Metadata.Namespace;
            var broken = Entries(partial, reading, index, list, fine: false).ToList();
            var fine = Entries(partial, reading, index, list, fine: true).Where(e => e.Jwt is null || sameProviders).ToList();
            return
            [
                .. fine.SelectMany(entry => old.Where(o => SameCaller(o, entry, space)).Select(o => Both(o, entry))).OfType<CallerMatch>(),
                .. old.Where(o => broken.Exists(b => SameCaller(o, b, space))),
            ];
        }
    }

    // Nothing before it: it allows nothing and denies at least what it says. An entry that cannot be read whole denies more than it may have meant.
    private static TrafficPermissionPolicy WithoutPast(TrafficPermissionPolicy partial, Reading reading)
    {
        var deny = Entries(partial, reading, 0, s => s.Deny, fine: true)
            .Concat(Entries(partial, reading, 0, s => s.Deny, fine: false).Select(Broader))
            .Select(e => reading.AreProvidersFine ? e : e with { Jwt = null });
        if (!reading.CanCount(partial.Rules.Length))
        {
            deny = [new CallerMatch { Anyone = true }];
        }

        var shut = partial.Rules.SelectMany(r => r.Default.AllowOnly).Select(e => IsReadable(e) ? e.Nothing : new CallerMatch { Anyone = true }.Nothing);
        return With(partial, new PermissionSettings { Deny = [.. deny], AllowOnly = [.. shut.Distinct()] }) with
        {
            TargetRef = reading.IsFine(Reading.Target) ? partial.TargetRef : TargetRef.Mesh,
            JwtProviders = reading.AreProvidersFine ? partial.JwtProviders : [],
        };
    }

    // Whoever is denied something is denied everything; where it is not even known who, everyone is.
    private static CallerMatch Broader(CallerMatch entry) => !entry.Anyone && IsReadable(entry)
        ? new CallerMatch { Service = entry.Service, SpiffeId = entry.SpiffeId }
        : new CallerMatch { Anyone = true };

    private static bool IsReadable(CallerMatch entry) => entry.Anyone || entry.Service is null != entry.SpiffeId is null;

    private static TrafficPermissionPolicy With(TrafficPermissionPolicy policy, PermissionSettings settings) =>
        policy with { Rules = [new InboundItem<PermissionSettings> { Default = settings }] };

    private static IEnumerable<CallerMatch> Entries(
        TrafficPermissionPolicy policy, Reading reading, int index, Func<PermissionSettings, ImmutableArray<CallerMatch>> list, bool fine) =>
        policy.Rules.SelectMany((rule, r) => list(rule.Default).Where((_, i) => reading.IsFine($"{Reading.Rules}[{r}].default.{Lists[index]}[{i}]") == fine));

    // What both let pass. Paths and the like count as common where they are written alike, which may be less than what both match and is never more.
    private static CallerMatch? Both(CallerMatch one, CallerMatch other)
    {
        if (!TryCommon(one.Methods, other.Methods, out var methods) || !TryCommon(one.Paths, other.Paths, out var paths) || !TryCommon(one.Grpc, other.Grpc, out var grpc))
        {
            return null;
        }

        var both = other with { Methods = methods, Paths = paths, Grpc = grpc, Headers = [.. one.Headers.Union(other.Headers)], Jwt = other.Jwt ?? one.Jwt };
        var sameToken = one.Jwt is null || other.Jwt is null || Canonical(one) == Canonical(other);
        return sameToken && (both.Grpc.IsEmpty || (both.Methods.IsEmpty && both.Paths.IsEmpty)) ? both : null;

        static string Canonical(CallerMatch entry) => TrafficPermissionSchema.Canonical(new CallerMatch { Jwt = entry.Jwt });
    }

    // An empty list means any.
    private static bool TryCommon<T>(ImmutableArray<T> one, ImmutableArray<T> other, out ImmutableArray<T> common)
    {
        common = one.IsEmpty ? other : other.IsEmpty ? one : [.. other.Where(one.Contains)];
        return !common.IsEmpty || (one.IsEmpty && other.IsEmpty);
    }

    private static bool SameCaller(CallerMatch one, CallerMatch other, string space) =>
        one.SpiffeId == other.SpiffeId && one.Anyone == other.Anyone && Service(one, space) == Service(other, space);

    private static ServiceId? Service(CallerMatch caller, string space) => ServiceId.TryParse(caller.Service, space, out var id) ? id : null;

    private static bool SameTarget(TargetRef one, TargetRef other) =>
        JsonDocumentWriter.Write(SharedSchemas.TargetRef.Write(one)) == JsonDocumentWriter.Write(SharedSchemas.TargetRef.Write(other));

    private sealed class Reading(ImmutableArray<string> wrong)
    {
        public static string Target { get; } = (DeclaredResource.SpecPath / "targetRef").Text;

        public static string Rules { get; } = (DeclaredResource.SpecPath / "rules").Text;

        private static string Providers { get; } = (DeclaredResource.SpecPath / "jwtProviders").Text;

        /// <summary>Whether it is known whose tokens are meant.</summary>
        public bool AreProvidersFine => IsFine(Providers);

        public bool IsFine(string path) => !wrong.Any(w => ResourceReader.IsAtOrBelow(w, path));

        /// <summary>Whether every list stands where it belongs, so that what is not in it is known not to be in it.</summary>
        public bool CanCount(int rules)
        {
            if (wrong.Any(w => w == DeclaredResource.SpecPath.Text || w == Rules || IsUnknownMember(w)))
            {
                return false;
            }

            return Enumerable.Range(0, rules).All(r => !wrong.Contains($"{Rules}[{r}]") && !wrong.Contains($"{Rules}[{r}].default")
                && Lists.All(list => !wrong.Contains($"{Rules}[{r}].default.{list}")));
        }

        // A misspelt "allow", "rules" or "default" hides entries.
        private static bool IsUnknownMember(string path)
        {
            var rest = path.StartsWith(Rules + "[", StringComparison.Ordinal) ? path[(path.IndexOf(']', StringComparison.Ordinal) + 1)..] : null;
            return rest is null
                ? path != Target && !path.StartsWith($"{Target}.", StringComparison.Ordinal) && !ResourceReader.IsAtOrBelow(path, Providers) && path.StartsWith("spec.", StringComparison.Ordinal)
                : !Lists.Any(list => ResourceReader.IsAtOrBelow(rest, $".default.{list}"));
        }
    }
}
