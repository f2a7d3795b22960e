using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Policies;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>The entries of <c>rules</c> of a kind whose settings may be for some callers only, by whom they are for.</summary>
internal sealed class CallerEntries<T>(TrustDomain trustDomain)
    where T : PolicySettings, new()
{
    private readonly InboundEntries<(string Namespace, InboundItem<T> Item)> _entries = new();

    /// <summary>Adds a policy's entries in the order of the document.</summary>
    public void Add(Policy policy, ImmutableArray<InboundItem<T>> rules) => _entries.Add(policy, rules.Select(item => (policy.Metadata.Namespace, item)));

    /// <summary>
    /// What is said at a port for each caller that an entry names, the narrower before the wider, and for everybody at the end; of the layers of each the one to hear last.
    /// Nothing where nothing is said.
    /// </summary>
    public IEnumerable<(PrincipalMatch? Caller, ImmutableArray<Layer<T>> Layers)> For(Service service, string port)
    {
        var said = _entries.For(service, port).SelectMany(Said).ToList();
        if (said.Count == 0)
        {
            yield break;
        }

        var callers = said.Select(s => s.Caller).OfType<PrincipalMatch>().Distinct().OrderBy(Narrowness).ThenBy(c => c.Value, StringComparer.Ordinal);
        foreach (var caller in callers.Append(null))
        {
            // The narrower the later, as everywhere: what is said for everyone, for beginnings of ids, for the id itself.
            yield return (caller, [.. said
                .Where(s => s.Caller is null || (caller is not null && Covers(s.Caller, caller)))
                .OrderByDescending(s => s.Caller is null ? int.MaxValue : Narrowness(s.Caller))
                .ThenBy(s => s.Layer.Rank)
                .Select(s => s.Layer)]);
        }
    }

    /// <summary>What was applied, with whom it is for.</summary>
    public static IEnumerable<AppliedSetting> Of(IEnumerable<AppliedSetting> settings, PrincipalMatch? caller)
    {
        var who = caller is null ? "" : $" for {caller.Value}{(caller.IsPrefix ? "*" : "")}";
        return settings.Select(s => s with { Value = s.Value + who, Caller = caller });
    }

    private IEnumerable<(PrincipalMatch? Caller, Layer<T> Layer)> Said(Layer<(string Namespace, InboundItem<T> Item)> layer)
    {
        var (space, item) = layer.Content;
        var settings = new Layer<T>(item.Default, layer.Origin, layer.Rank);
        return item.Matches.IsEmpty
            ? [(null, settings)]
            : item.Matches.Select(m => m.Principal(space, trustDomain)).OfType<PrincipalMatch>().Select(caller => ((PrincipalMatch?)caller, settings));
    }

    // 0: an id; then beginnings, the longer before the shorter.
    private static int Narrowness(PrincipalMatch caller) => caller.IsPrefix ? int.MaxValue - 1 - caller.Value.Length : 0;

    private static bool Covers(PrincipalMatch wider, PrincipalMatch caller) => wider == caller || (wider.IsPrefix && wider.Matches(caller.IsPrefix ? caller.Value.TrimEnd('/') : caller.Value));
}
