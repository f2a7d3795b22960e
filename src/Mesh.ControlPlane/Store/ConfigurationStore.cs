using System.Collections.Immutable;

namespace Mesh.ControlPlane.Store;

/// <summary>What was declared, from files and over the API, as one immutable value that is replaced on every change.</summary>
internal sealed class ConfigurationStore(AppliedPolicies applied)
{
    private readonly Lock _lock = new();
    private ImmutableArray<SourceFile> _files = [];
    private volatile StoredConfiguration _current = StoredConfiguration.Empty;

    /// <summary>Raised after a change, on the changer's thread: do little.</summary>
    public event Action? Changed;

    /// <summary>What is declared now.</summary>
    public StoredConfiguration Current => _current;

    /// <summary>Whether the directories were read once; before that nothing may be published.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The directories were read.</summary>
    public void ReplaceFiles(ImmutableArray<SourceFile> files)
    {
        lock (_lock)
        {
            _files = files;
            _current = StoredConfiguration.Merge(_files, applied.Resources);
            IsComplete = true;
        }

        Changed?.Invoke();
    }

    /// <summary>What would be declared after changes over the API.</summary>
    public StoredConfiguration Preview(IEnumerable<PolicyChange> changes)
    {
        lock (_lock)
        {
            return StoredConfiguration.Merge(_files, applied.With(changes));
        }
    }

    /// <summary>Writes changes over the API, all or none.</summary>
    public ImmutableArray<AppliedVersion> Write(string who, string action, IReadOnlyCollection<PolicyChange> changes)
    {
        ImmutableArray<AppliedVersion> written;
        lock (_lock)
        {
            written = applied.Write(who, action, changes);
            _current = StoredConfiguration.Merge(_files, applied.Resources);
        }

        Changed?.Invoke();
        return written;
    }
}
