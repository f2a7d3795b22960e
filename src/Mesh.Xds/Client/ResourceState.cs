namespace Mesh.Xds.Client;

/// <summary>CSDS' client statuses, as far as they are used.</summary>
internal enum ResourceState
{
    /// <summary>Asked for, no answer yet.</summary>
    Requested,

    /// <summary>The server says that it is not there.</summary>
    DoesNotExist,

    /// <summary>The last version is accepted.</summary>
    Acked,

    /// <summary>The last version is refused; the one before it, if any, is kept.</summary>
    Nacked,
}
