namespace Mesh.Model.Policies.Tls;

/// <summary>What a service's mesh door and its callers speak in their handshakes: said of the receiving side, and callers' sidecars are held to it too.</summary>
public sealed record TlsPolicy : InboundPolicy<TlsSettings>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "Tls";

    /// <inheritdoc />
    public override string Kind => KindName;
}
