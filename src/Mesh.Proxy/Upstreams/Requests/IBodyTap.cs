using System.Buffers;

namespace Mesh.Proxy.Upstreams;

/// <summary>Is shown a caller's body as it goes by, each octet once. Never waits and never throws.</summary>
internal interface IBodyTap
{
    /// <summary>Octets went by.</summary>
    void Show(in ReadOnlySequence<byte> octets);

    /// <summary>No more will come. Called again it does nothing.</summary>
    /// <param name="isWhole">Whether that was all of the body.</param>
    void End(bool isWhole);
}
