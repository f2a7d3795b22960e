using System.Globalization;
using System.Net;

namespace Mesh.Proxy.Bootstrap;

/// <summary>Where a listener listens.</summary>
/// <param name="Ip">One address; <see langword="null"/>: <c>localhost</c>, which is 127.0.0.1 and, where the machine has IPv6, ::1. Browsers try the latter first.</param>
/// <param name="Port">TCP port; 0 picks a free one.</param>
internal sealed record ListenAddress(IPAddress? Ip, int Port)
{
    /// <summary>The host part that stands for both loopback addresses.</summary>
    public const string Localhost = "localhost";

    /// <summary>Takes one address.</summary>
    public static ListenAddress At(IPEndPoint address) => new(address.Address, address.Port);

    /// <inheritdoc />
    public override string ToString() =>
        Ip is null ? string.Create(CultureInfo.InvariantCulture, $"{Localhost}:{Port}") : new IPEndPoint(Ip, Port).ToString();
}
