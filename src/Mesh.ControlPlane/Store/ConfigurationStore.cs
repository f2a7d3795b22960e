using System.Collections.Immutable;
using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Store;

/// <summary>What was declared, by every source and over the API, as one immutable value that is replaced on every change.</summary>
internal sealed class ConfigurationStore(AppliedPolicies applied, ControlPlaneSettings settings)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<SourceKind, ImmutableArray<SourceEntry>> _entries = [];
    private (StoredConfiguration? Of, StoredConfiguration? Before) _previewed;
    private volatile StoredConfiguration _current = StoredConfiguration.Empty;

    /// <summary>Raised after a change, on the changer's thread: do little.</summary>
    public event Action? Changed;

    /// <summary>What is declared now.</summary>
    public StoredConfiguration Current => _current;

    /// <summary>Whether every source was read once; before that nothing may be published.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>A kind of source was read: this is all that it holds.</summary>
    public void Replace(SourceKind kind, ImmutableArray<SourceEntry> entries)
    {
        lock (_lock)
        {
            _entries[kind] = entries;
            _current = Merge(applied.Resources);
            IsComplete = _entries.ContainsKey(SourceKind.Directories) && (settings.Kubernetes is null || _entries.ContainsKey(SourceKind.Kubernetes));
        }

        Changed?.Invoke();
    }

    /// <summary>What would be declared after changes over the API.</summary>
    public StoredConfiguration Preview(IEnumerable<PolicyChange> changes)
    {
        lock (_lock)
        {
            var preview = Merge(applied.With(changes));
            _previewed = (preview, _current);
            return preview;
        }
    }

    /// <summary>Writes changes over the API, all or none.</summary>
    /// <param name="who">Who writes.</param>
    /// <param name="action">What is done, for the history.</param>
    /// <param name="changes">What is written.</param>
    /// <param name="preview">What <see cref="Preview"/> gave for these changes: the very object becomes current unless something else changed since.</param>
    public ImmutableArray<AppliedVersion> Write(string who, string action, IReadOnlyCollection<PolicyChange> changes, StoredConfiguration? preview = null)
    {
        ImmutableArray<AppliedVersion> written;
        lock (_lock)
        {
            var isAsPreviewed = preview is not null && ReferenceEquals(_previewed.Of, preview) && ReferenceEquals(_previewed.Before, _current);
            written = applied.Write(who, action, changes);
            _current = isAsPreviewed ? preview! : Merge(applied.Resources);
            _previewed = default;
        }

        Changed?.Invoke();
        return written;
    }

    private StoredConfiguration Merge(ImmutableArray<DeclaredResource> resources) => StoredConfiguration.Merge([.. _entries.Values.SelectMany(e => e)], resources);
}
