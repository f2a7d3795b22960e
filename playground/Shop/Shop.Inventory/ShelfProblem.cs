namespace Shop.Inventory;

internal enum ShelfProblem
{
    UnknownProduct,
    BadQuantity,
    SoldOut,
}
