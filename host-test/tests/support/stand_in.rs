use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction,
    MemorySection, MemoryType, Module, RefType, StartSection, TableSection, TableType, TypeSection,
    ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, WorldItem};

/// A component with the connector's exports, each of which does this and then
/// traps, or answers what is at a place in its memory.
#[derive(Default)]
pub struct StandIn {
    pub does: Vec<Instruction<'static>>,
    pub tables: usize,
    /// Interface, name, and how many numbers it takes and gives. They are the
    /// functions before [`ITSELF`], which is then as much further on.
    pub imports: Vec<Import>,
    /// Whether it does it as soon as it is there, too.
    pub starts: bool,
    pub answers: Option<i32>,
    /// What is in its memory from [`DATA`] on.
    pub data: Vec<u8>,
    /// Where it says there is room for what comes to it, if it lies.
    pub room: Option<i32>,
}

pub type Import = (&'static str, &'static str, usize, usize);

/// The function that every export calls.
pub const ITSELF: u32 = 0;

/// Where the data begins: behind what realloc hands out in any of these calls.
pub const DATA: i32 = 32 * 1024;

impl StandIn {
    pub fn doing(does: impl IntoIterator<Item = Instruction<'static>>) -> StandIn {
        StandIn {
            does: does.into_iter().collect(),
            tables: 1,
            ..StandIn::default()
        }
    }

    /// One that does this for ever.
    pub fn repeating(does: impl IntoIterator<Item = Instruction<'static>>) -> StandIn {
        let begin = Instruction::Loop(BlockType::Empty);
        let again = [Instruction::Br(0), Instruction::End];
        StandIn::doing([begin].into_iter().chain(does).chain(again))
    }

    pub fn component(&self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit");
        let (package, _) = resolve.push_dir(wit).unwrap();
        let world = resolve.select_world(&[package], None).unwrap();
        let exports: Vec<_> = resolve.worlds[world]
            .exports
            .values()
            .filter_map(|item| match item {
                WorldItem::Function(function) => Some(function),
                _ => None,
            })
            .map(|function| {
                let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
                let types = |types: &[WasmType]| types.iter().map(value_type).collect();
                let params: Vec<_> = types(&signature.params);
                let results: Vec<_> = types(&signature.results);
                (function.name.clone(), params, results)
            })
            .collect();
        let mut module = self.module(&exports);
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        let mut encoder = ComponentEncoder::default();
        encoder.module(&module).unwrap().encode().unwrap()
    }

    fn module(&self, functions: &[(String, Vec<ValType>, Vec<ValType>)]) -> Vec<u8> {
        let mut types = TypeSection::new();
        let mut declared = FunctionSection::new();
        let mut exports = ExportSection::new();
        let mut code = CodeSection::new();

        let mut imports = ImportSection::new();
        for (place, (interface, name, takes, gives)) in (0..).zip(&self.imports) {
            types
                .ty()
                .function(vec![ValType::I32; *takes], vec![ValType::I32; *gives]);
            imports.import(interface, name, EntityType::Function(place));
        }
        let itself = ITSELF + imports.len();
        types.ty().function([], []);
        declared.function(itself);
        code.function(&body(self.does.iter().cloned()));
        types.ty().function([ValType::I32; 4], [ValType::I32]);
        declared.function(itself + 1);
        code.function(&match self.room {
            None => body(realloc()),
            Some(place) => body([Instruction::I32Const(place)]),
        });
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("cabi_realloc", ExportKind::Func, itself + 1);
        let end = match self.answers {
            None => Instruction::Unreachable,
            Some(place) => Instruction::I32Const(place),
        };
        for (place, (name, params, results)) in (itself + 2..).zip(functions) {
            types.ty().function(params.clone(), results.clone());
            declared.function(place);
            exports.export(name, ExportKind::Func, place);
            code.function(&body([Instruction::Call(itself), end.clone()]));
        }

        let mut module = Module::new();
        module.section(&types).section(&imports).section(&declared);
        module.section(&self.tables()).section(&memory());
        module.section(&globals()).section(&exports);
        if self.starts {
            module.section(&StartSection {
                function_index: itself,
            });
        }
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(DATA), self.data.iter().copied());
        module.section(&code).section(&data);
        module.finish()
    }

    fn tables(&self) -> TableSection {
        let mut tables = TableSection::new();
        for _ in 0..self.tables {
            tables.table(TableType {
                element_type: RefType::FUNCREF,
                table64: false,
                minimum: 1,
                maximum: None,
                shared: false,
            });
        }
        tables
    }
}

fn body(instructions: impl IntoIterator<Item = Instruction<'static>>) -> Function {
    let mut function = Function::new([]);
    for instruction in instructions {
        function.instruction(&instruction);
    }
    function.instruction(&Instruction::End);
    function
}

/// Hands out what comes next in memory.
fn realloc() -> [Instruction<'static>; 9] {
    [
        Instruction::GlobalGet(0),
        Instruction::GlobalGet(0),
        Instruction::LocalGet(3),
        Instruction::I32Add,
        Instruction::I32Const(8),
        Instruction::I32Add,
        Instruction::I32Const(-8),
        Instruction::I32And,
        Instruction::GlobalSet(0),
    ]
}

fn memory() -> MemorySection {
    let mut memory = MemorySection::new();
    memory.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    memory
}

fn globals() -> GlobalSection {
    let mut globals = GlobalSection::new();
    let pointer = GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared: false,
    };
    globals.global(pointer, &ConstExpr::i32_const(1024));
    globals
}

fn value_type(ty: &WasmType) -> ValType {
    match ty {
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
    }
}
