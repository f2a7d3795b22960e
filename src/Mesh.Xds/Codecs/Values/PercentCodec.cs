using Envoy.Type.V3;

namespace Mesh.Xds.Codecs;

/// <summary>Shares in percent, exact to a ten-thousandth.</summary>
internal static class PercentCodec
{
    private const double PerPercent = 10_000;

    public static FractionalPercent Encode(double percent) =>
        new() { Numerator = (uint)Math.Round(percent * PerPercent), Denominator = FractionalPercent.Types.DenominatorType.Million };

    public static double Decode(FractionalPercent? share) => share is null ? 0 : share.Numerator / share.Denominator switch
    {
        FractionalPercent.Types.DenominatorType.Hundred => 1,
        FractionalPercent.Types.DenominatorType.TenThousand => 100,
        FractionalPercent.Types.DenominatorType.Million => PerPercent,
        _ => throw new ResourceRefusedException($"percentage: denominator {share.Denominator} is not supported"),
    };
}
