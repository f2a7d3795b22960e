using System.Collections.Immutable;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Configuration;

/// <summary>The configuration that is in force.</summary>
internal interface ILiveConfiguration
{
    /// <summary>The live configuration. <see langword="null"/>: none has come yet and none was kept on disk.</summary>
    ProxyConfiguration? Current { get; }

    /// <summary>What somebody asked to go wrong, each until its end; also those that have just ended by themselves. Kept nowhere.</summary>
    ImmutableArray<FaultRule> Faults { get; }

    /// <summary>Raised after <see cref="Faults"/> was told anew, on a pool thread. Handlers return soon and do not throw.</summary>
    event Action? FaultsChanged;

    /// <summary>Whether somebody records, and until when; also where that has just ended by itself. Kept nowhere.</summary>
    RecordingOrder? Recording { get; }

    /// <summary>Raised after <see cref="Recording"/> was told anew, before the control plane hears that it arrived. Handlers return soon and do not throw.</summary>
    event Action? RecordingChanged;

    /// <summary>
    /// Raised after <see cref="Current"/> has become another, one at a time and in order, on a pool thread. Handlers return soon and do not throw; those that ask
    /// whether listeners or clusters changed compare <see cref="ProxyConfiguration.Snapshot"/> by reference.
    /// </summary>
    event Action? Changed;
}
