using System.Net;

namespace Mesh.Proxy.Bootstrap;

/// <summary>What is offered to xDS clients beside this proxy, checked.</summary>
/// <param name="Socket">The Unix socket. <see langword="null"/>: none.</param>
/// <param name="Address">The loopback address. <see langword="null"/>: none.</param>
/// <param name="Token">What clients of the address have to send; never <see langword="null"/> with an address.</param>
/// <param name="CertificateDirectory">Where key, chain and roots are written.</param>
internal sealed record RelaySettings(string? Socket, IPEndPoint? Address, string? Token, string CertificateDirectory);
