using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>What all streams of one profile are served, endpoints apart. Immutable; sets that did not change are the same objects as before.</summary>
internal sealed class ProfileSnapshot
{
    private readonly Dictionary<string, ResourceSet> _byType = [];
    private ImmutableHashSet<string> _gone = [];
    private ImmutableDictionary<string, EndpointForm> _forms = ImmutableDictionary<string, EndpointForm>.Empty;

    private ProfileSnapshot()
    {
    }

    public ResourceSet this[string typeUrl] => _byType.GetValueOrDefault(typeUrl, ResourceSet.Empty);

    /// <summary>Whether endpoints of a cluster may be told: it is one of the profile's.</summary>
    public bool Knows(string cluster) => this[TypeUrls.Cluster].ByName.ContainsKey(cluster);

    /// <summary>
    /// Whether a cluster is no more than a tombstone for others that still lead to it, which has no endpoints whoever else may reach them. One that routes only left for
    /// another keeps its endpoints: clients use it until they have taken the new routes, and longer if they refuse them.
    /// </summary>
    public bool IsGone(string cluster) => _gone.Contains(cluster);

    /// <summary>How the profile's clients are told of a cluster's endpoints; <see langword="null"/>: as all are.</summary>
    public EndpointForm? FormOf(string cluster) => _forms.GetValueOrDefault(cluster);

    /// <summary>Whether clusters are the same as those of another snapshot, as much there or gone, and their endpoints told in the same way.</summary>
    public bool HasSameClusters(ProfileSnapshot other) =>
        ReferenceEquals(this[TypeUrls.Cluster], other[TypeUrls.Cluster]) && ReferenceEquals(_gone, other._gone) && ReferenceEquals(_forms, other._forms);

    /// <summary>Builds the next snapshot of a profile.</summary>
    /// <param name="built">Its resources.</param>
    /// <param name="previous">What it replaces.</param>
    /// <param name="keepGone">
    /// Tombstones: listeners and route tables that are gone stay as they were, for clients that do not pick up a resource which was withdrawn and comes back.
    /// Their clusters stay too, without endpoints; see <see cref="IsGone"/>.
    /// </param>
    public static ProfileSnapshot Of(BuiltSnapshot built, ProfileSnapshot? previous, bool keepGone)
    {
        var next = new ProfileSnapshot();
        foreach (var typeUrl in TypeUrls.InOrder.Where(typeUrl => typeUrl != TypeUrls.Endpoints))
        {
            XdsResource[] ofType = [.. built.Resources.Where(resource => resource.TypeUrl == typeUrl)];
            XdsTemplate[] templates = [.. built.Templates.Where(template => template.TypeUrl == typeUrl)];
            var before = previous?[typeUrl];
            if (before is not null && templates.Length == 0 && before.Holds(ofType))
            {
                next._byType[typeUrl] = before;
                continue;
            }

            var gone = keepGone && before is not null ? before.ByName.Values.ExceptBy(ofType.Select(resource => resource.Name), resource => resource.Name, StringComparer.Ordinal) : [];
            var set = ResourceSet.Of([.. ofType, .. gone], [.. templates]);
            next._byType[typeUrl] = set.Version == before?.Version ? before : set;
        }

        var forms = built.EndpointForms;
        if (keepGone && previous is { _forms.IsEmpty: false })
        {
            // Of a cluster that only old routes still lead to nothing is said any more: it stays as it was.
            var there = built.Resources.Where(resource => resource.TypeUrl == TypeUrls.Cluster).Select(resource => resource.Name).ToHashSet(StringComparer.Ordinal);
            forms = forms.AddRange(previous._forms.Where(form => !there.Contains(form.Key)));
        }

        next._forms = previous is not null && IsSame(forms, previous._forms) ? previous._forms : forms;
        if (keepGone && previous is not null)
        {
            var gone = Abandoned(built, next);
            next._gone = gone.SetEquals(previous._gone) ? previous._gone : gone;
        }

        return next;
    }

    private static bool IsSame(ImmutableDictionary<string, EndpointForm> one, ImmutableDictionary<string, EndpointForm> other) =>
        one.Count == other.Count && one.All(form => other.GetValueOrDefault(form.Key) == form.Value);

    // Clusters that only listeners and route tables lead to which are gone themselves.
    private static ImmutableHashSet<string> Abandoned(BuiltSnapshot built, ProfileSnapshot next)
    {
        var there = built.Resources.Select(resource => (resource.TypeUrl, resource.Name)).ToHashSet();
        XdsResource[] leading =
        [
            .. new[] { TypeUrls.Listener, TypeUrls.RouteTable }
                .SelectMany(type => next[type].ByName.Values)
                .Where(resource => !there.Contains((resource.TypeUrl, resource.Name))),
        ];
        return leading.Length == 0
            ? []
            : [.. next[TypeUrls.Cluster].ByName.Keys.Where(name => !there.Contains((TypeUrls.Cluster, name)) && leading.Any(resource => Names(resource, name)))];
    }

    // A text on the wire stands behind its length (https://protobuf.dev/programming-guides/encoding/), so this finds the name alone and no longer one that begins with it.
    private static bool Names(XdsResource resource, string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var field = new byte[CodedOutputStream.ComputeLengthSize(text.Length) + text.Length];
        using var output = new CodedOutputStream(field);
        output.WriteLength(text.Length);
        text.CopyTo(field.AsSpan(field.Length - text.Length));
        return resource.Body.Span.IndexOf(field) >= 0;
    }

    public bool Same(ProfileSnapshot? other) => other is not null && ReferenceEquals(_gone, other._gone) && ReferenceEquals(_forms, other._forms) && _byType.All(type => ReferenceEquals(type.Value, other[type.Key]));
}
