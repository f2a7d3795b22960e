namespace Mesh.ControlPlane.Store;

/// <summary>What sources are made of, the weaker first: for one name a later one beats those before it.</summary>
internal enum SourceKind
{
    /// <summary>Files of watched directories.</summary>
    Directories,

    /// <summary>Custom resources of a Kubernetes cluster.</summary>
    Kubernetes,
}
