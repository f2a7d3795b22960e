using System.Collections.Immutable;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>A policy that sends calls elsewhere.</summary>
internal interface IRoutes
{
    /// <summary>The protocols of the ports that it is for, in words.</summary>
    string Protocols { get; }

    /// <summary>Whether it is for ports of that protocol.</summary>
    bool IsFor(AppProtocol protocol);

    /// <summary>The services that one entry of <c>to</c> names.</summary>
    /// <param name="entry">Which entry.</param>
    /// <param name="at">Its place.</param>
    ImmutableArray<NamedBackend> Backends(int entry, FieldPath at);
}
