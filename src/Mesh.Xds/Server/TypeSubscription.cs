using Envoy.Service.Discovery.V3;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>What one stream wants of one type, and what its client has of it.</summary>
internal sealed class TypeSubscription(string typeUrl)
{
    /// <summary>Stands for a version where the client was told that there is no such resource.</summary>
    private const string Absent = "";

    private readonly Dictionary<string, string> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private IReadOnlyList<XdsResource> _inFlight = [];

    public string TypeUrl => typeUrl;

    public bool Requested { get; private set; }

    public bool Wildcard { get; private set; }

    /// <summary>The names subscribed to one by one.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>The nonce of the response that the client has not answered yet; at most one.</summary>
    public string? Unanswered { get; private set; }

    /// <summary>Whether the client has to be told that there is nothing at all: it has nothing, asked for everything, and would wait for ever.</summary>
    public bool IsEmptyAnswerDue { get; private set; }

    /// <summary>The version of the unanswered response.</summary>
    public string UnansweredVersion { get; private set; } = "";

    /// <summary>Takes what a request says about the subscription.</summary>
    /// <param name="request">The request.</param>
    /// <param name="changed">Names whose resource the client did not keep although it says it has it.</param>
    public (IReadOnlyList<string> Added, IReadOnlyList<string> Removed) Update(DeltaDiscoveryRequest request, IReadOnlySet<string> changed)
    {
        if (!Requested)
        {
            Requested = true;
            Wildcard = TypeUrls.HasWildcard(typeUrl) && request.ResourceNamesSubscribe.Count == 0;
            foreach (var (name, version) in request.InitialResourceVersions.Where(held => !changed.Contains(held.Key)))
            {
                _sent[name] = version;
            }

            IsEmptyAnswerDue = Wildcard && _sent.Count == 0;
        }
        else
        {
            // A client that subscribes again to what it has wants it again, unless it has just refused this very content.
            foreach (var name in request.ResourceNamesSubscribe.Where(_names.Contains))
            {
                Forget(name);
            }
        }

        var added = new List<string>();
        foreach (var name in request.ResourceNamesSubscribe)
        {
            if (name == "*" && TypeUrls.HasWildcard(typeUrl))
            {
                Wildcard = true;
            }
            else if (_names.Add(name))
            {
                added.Add(name);
            }
        }

        var removed = new List<string>();
        foreach (var name in request.ResourceNamesUnsubscribe)
        {
            if (name == "*")
            {
                Wildcard = false;
            }
            else if (_names.Remove(name))
            {
                removed.Add(name);
                if (!Wildcard)
                {
                    _sent.Remove(name);
                }
            }
        }

        return (added, removed);
    }

    /// <summary>Makes a resource be sent again although it did not change.</summary>
    public void Forget(string name)
    {
        if (!_sent.TryGetValue(name, out var version) || _refused.GetValueOrDefault(name) != version)
        {
            _sent.Remove(name);
        }
    }

    /// <summary>Whether the client lacks this version.</summary>
    public bool Lacks(XdsResource resource) => _sent.GetValueOrDefault(resource.Name) != resource.Version;

    public IEnumerable<XdsResource> Additions(ResourceSet set) => Wildcard
        ? set.ByName.Values.Where(Lacks)
        : _names.Select(name => set.ByName.GetValueOrDefault(name)).OfType<XdsResource>().Where(Lacks);

    /// <summary>What the client has, or asked for, and is not there.</summary>
    public IEnumerable<string> Removals(ResourceSet set)
    {
        var had = Wildcard ? _sent.Keys.Union(_names, StringComparer.Ordinal) : _names;
        return had.Where(name => !set.ByName.ContainsKey(name) && _sent.GetValueOrDefault(name) != Absent);
    }

    /// <summary>Notes what is sent, and that an answer is due.</summary>
    public void Sending(string nonce, string version, IReadOnlyList<XdsResource> resources, IEnumerable<string> removed)
    {
        foreach (var resource in resources)
        {
            _sent[resource.Name] = resource.Version;
        }

        foreach (var name in removed)
        {
            if (_names.Contains(name))
            {
                _sent[name] = Absent;
            }
            else
            {
                _sent.Remove(name);
            }
        }

        IsEmptyAnswerDue = false;
        _inFlight = resources;
        Unanswered = nonce;
        UnansweredVersion = version;
    }

    /// <summary>Notes the answer. What was refused is never sent again on this stream, whatever the client asks.</summary>
    public void Answered(bool accepted)
    {
        foreach (var resource in _inFlight)
        {
            if (accepted)
            {
                _refused.Remove(resource.Name);
            }
            else
            {
                _refused[resource.Name] = resource.Version;
            }
        }

        _inFlight = [];
        Unanswered = null;
    }
}
